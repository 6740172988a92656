import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { replayResponse } from '#model/api/ingest.ts'
import { mappingSchema, type UnmappedResponse } from '#model/api/registry.ts'
import { PROPERTY_NAMES } from '#model/observation/properties.ts'
import { unmappedQuery, useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { FieldMappings } from './field-mappings.tsx'
import { type Meaning, MeaningFields } from './meaning-fields.tsx'
import './form.css'
import './registry-view.css'

type Field = UnmappedResponse['fields'][number]

/** Unmapped numeric fields in payloads: examples, a form to map them, and the replay. */
export function UnmappedFields() {
  const { t, integer } = useI18n()
  const { data, error, refetch } = useQuery(unmappedQuery)
  const { send, ready, error: refused } = useChange('registry')
  const [open, setOpen] = useState<Field | null>(null)
  const [done, setDone] = useState('')
  const replay = async (field: string): Promise<void> => {
    setDone('')
    const answer = await send(replayResponse, 'POST', '/ingest/rejected/replay', { field })
    if (answer) setDone(t('replay.done', { replayed: answer.replayed, skipped: answer.skippedTruncated }))
  }
  return (
    <section aria-labelledby="unmapped">
      <h2 id="unmapped" className="operations__heading">
        {t('unmapped.title')}
      </h2>
      <p className="note operations__note">{t('unmapped.lead')}</p>
      {error && <Problem error={error} retry={refetch} />}
      {refused && <Problem error={refused} />}
      <p role="status">{done}</p>
      {data?.fields.length === 0 && <p className="note">{t('unmapped.none')}</p>}
      <ul className="registry__list" aria-label={t('unmapped.title')}>
        {data?.fields.map((field) => (
          <li key={`${field.format} ${field.field}`} className="registry__thing">
            <FieldFacts field={field} />
            <div className="registry__actions">
              {field.mapped ? (
                <Button className="button button--main" isDisabled={!ready} onPress={() => void replay(field.field)}>
                  {t('unmapped.replay', { n: integer(field.kept), field: field.field })}
                </Button>
              ) : (
                <Button className="button" onPress={() => setOpen(field)}>
                  {t('unmapped.map', { field: field.field })}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      <FieldMappings />
      {open && <MappingForm field={open} onClose={() => setOpen(null)} />}
    </section>
  )
}

function FieldFacts({ field }: { field: Field }) {
  const { t, integer, dateTime } = useI18n()
  const { format, n, devices, lastSeen, kept } = field
  return (
    <div>
      <p className="registry__name">
        <code>{field.field}</code> = {field.samples.join(', ')}
        {field.mapped && <span className="badge">{t('unmapped.mapped')}</span>}
      </p>
      <p className="note">
        {t('unmapped.about', {
          format: format || '–',
          n: integer(n),
          devices,
          kept: integer(kept),
          time: dateTime(lastSeen),
        })}
      </p>
      <p className="note registry__devices">{field.deviceNames.join(', ')}</p>
    </div>
  )
}

/** A possible scope of a mapping: its label, and its fields in the request. */
type Scope = {
  readonly id: string
  readonly label: string
  readonly where: Partial<Record<'format' | 'profile' | 'device', string>>
}

/** The format first, because it is the most frequent choice; then from wide to narrow. */
function useScopes({ format, profiles, devices, deviceNames }: Field): Scope[] {
  const { t } = useI18n()
  const [device] = deviceNames
  return [
    ...(format ? [{ id: 'format', label: t('unmapped.scope.format', { format }), where: { format } }] : []),
    { id: 'all', label: t('unmapped.scope.all'), where: {} },
    ...profiles.map((profile) => ({
      id: `profile ${profile}`,
      label: t('unmapped.scope.profile', { profile }),
      where: { profile },
    })),
    ...(devices === 1 && device
      ? [{ id: 'device', label: t('unmapped.scope.device', { device }), where: { device } }]
      : []),
  ]
}

function MappingForm({ field, onClose }: { field: Field; onClose: () => void }) {
  const { t } = useI18n()
  const { send, ready, error } = useChange('registry')
  const [meaning, setMeaning] = useState<Meaning>({ property: PROPERTY_NAMES[0], unit: '', channel: '' })
  const scopes = useScopes(field)
  const [scope, setScope] = useState(scopes[0]?.id ?? '')
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const where = scopes.find(({ id }) => id === scope)?.where
    const { property, unit, channel } = meaning
    const more = { ...(unit !== '' && { unit }), ...(channel !== '' && { channel }) }
    const mapping = { field: field.field, property, ...where, ...more }
    if (await send(mappingSchema, 'PUT', '/registry/mappings', mapping)) onClose()
  }
  return (
    <FormDialog title={t('unmapped.map', { field: field.field })} onClose={onClose}>
      <Form className="form" onSubmit={(event) => void save(event)}>
        <FieldFacts field={field} />
        <MeaningFields value={meaning} onChange={setMeaning} />
        <Choice label={t('unmapped.scope')} choices={scopes} value={scope} onChange={setScope} />
        <MissingPermission to="registry" />
        {error && <Problem error={error} />}
        <Button type="submit" className="button button--main" isDisabled={!ready}>
          {t('registry.save')}
        </Button>
      </Form>
    </FormDialog>
  )
}
