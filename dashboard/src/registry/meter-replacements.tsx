import { useQueries, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import type { z } from 'zod'
import type { ObservationsResponse } from '#model/api/city.ts'
import { type meterReplacementSchema, type RegistryThing, registryThing } from '#model/api/registry.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { observationsQuery } from '../http/queries.ts'
import { thingQuery, useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './form.css'
import './registry-view.css'

/** Raw readings are stored for 400 days; inferred replacements are looked for over so many. */
const LOOK_BACK_DAYS = 390
const DAY_MS = 86_400_000

export const isMeter = (property: string): boolean => PROPERTIES.get(property)?.kind === 'counter'

type Replacement = Omit<z.infer<typeof meterReplacementSchema>, 'id' | 'note'>
type Props = { readonly thing: RegistryThing; readonly onClose: () => void }

/** Replacements of the meters of a Thing: those that are recorded, those that the readings suggest, and a new one. */
export function MeterReplacements({ thing, onClose }: Props) {
  const { t } = useI18n()
  const [current, setCurrent] = useState(thing)
  const { send, ready, error } = useChange('registry')
  const path = `/registry/things/${encodeURIComponent(thing.key)}/meter-replacements`
  const record = async (body: object): Promise<void> => {
    const answer = await send(registryThing, 'PUT', path, body)
    if (answer) setCurrent(answer)
  }
  const undo = async (id: number): Promise<void> => {
    const answer = await send(registryThing, 'DELETE', `${path}/${id}`)
    if (answer) setCurrent(answer)
  }
  const recorded = current.meterReplacements
  return (
    <FormDialog title={t('replacement.title', { thing: thing.name })} onClose={onClose}>
      <p className="note">{t('replacement.lead')}</p>
      {recorded.length === 0 && <p className="note">{t('replacement.none')}</p>}
      <ul className="registry__list" aria-label={t('replacement.recorded')}>
        {recorded.map((one) => (
          <li key={one.id} className="registry__thing">
            <p>
              <ReplacementText replacement={one} /> <span className="note">{one.note}</span>
            </p>
            <Button className="button" isDisabled={!ready} onPress={() => void undo(one.id)}>
              {t('replacement.undo')}
            </Button>
          </li>
        ))}
      </ul>
      <Inferred
        thing={thing}
        recorded={recorded}
        onConfirm={ready ? (one) => void record({ ...one, note: t('replacement.confirmed') }) : null}
      />
      <NewReplacement thing={thing} ready={ready} onRecord={record} error={error} />
    </FormDialog>
  )
}

function ReplacementText({ replacement }: { replacement: Replacement }) {
  const { t, property: nameOf, decimal, date } = useI18n()
  const { property, channel, replacedAt, finalReading, startReading } = replacement
  const show = (reading: number | null): string =>
    reading === null ? t('replacement.unknown') : decimal(reading, digitsOf(reading))
  return t('replacement.item', {
    meter: [nameOf(property), channel].filter(Boolean).join(', '),
    time: date(replacedAt),
    final: show(finalReading),
    start: show(startReading),
  })
}

/** A register is shown as it was read, to three decimals at most. */
const digitsOf = (reading: number): number => Math.min(3, String(reading).split('.')[1]?.length ?? 0)

type InferredProps = {
  readonly thing: RegistryThing
  readonly recorded: readonly Replacement[]
  /** null: no key yet, or a request is in progress */
  readonly onConfirm: ((replacement: Replacement) => void) | null
}

/** What the readings suggest and nobody has recorded. */
function Inferred({ thing, recorded, onConfirm }: InferredProps) {
  const { t } = useI18n()
  const { replacements, error, isLoading, retry } = useInferred(thing.key)
  const found = replacements.filter(
    ({ property, channel, replacedAt }) =>
      !recorded.some(
        (one) => one.property === property && one.channel === channel && isNear(one.replacedAt, replacedAt),
      ),
  )
  if (error) return <Problem error={error} retry={retry} />
  if (isLoading) return <p className="loading">{t('app.loading')}</p>
  if (found.length === 0) return null
  return (
    <>
      <h3 className="selection__heading">{t('replacement.inferred')}</h3>
      <p className="note">{t('replacement.inferred.lead')}</p>
      <ul className="registry__list" aria-label={t('replacement.inferred')}>
        {found.map((one) => (
          <li key={`${one.property} ${one.channel} ${one.replacedAt}`} className="registry__thing">
            <p>
              <ReplacementText replacement={one} /> <span className="badge">{t('replacement.badge')}</span>
            </p>
            <Button className="button button--main" isDisabled={!onConfirm} onPress={() => onConfirm?.(one)}>
              {t('replacement.confirm')}
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}

const isNear = (a: string, b: string): boolean => Math.abs(Date.parse(a) - Date.parse(b)) < DAY_MS

function useInferred(key: string) {
  const thing = useQuery(thingQuery(key))
  const [{ from, to }] = useState(() => {
    const now = Math.ceil(Date.now() / 60_000) * 60_000
    return { from: new Date(now - LOOK_BACK_DAYS * DAY_MS).toISOString(), to: new Date(now).toISOString() }
  })
  const meters = (thing.data?.features ?? []).flatMap(({ properties }) =>
    properties.datastreams.filter(({ property }) => isMeter(property)),
  )
  const answers = useQueries({ queries: meters.map(({ id }) => observationsQuery(id, { from, to, every: '1d' })) })
  const asked = [thing, ...answers]
  return {
    replacements: answers.flatMap(({ data }) => (data ? inferredIn(data) : [])),
    error: asked.find(({ error }) => error)?.error ?? null,
    isLoading: asked.some(({ isPending }) => isPending),
    retry: () => Promise.all(asked.filter(({ error }) => error).map(({ refetch }) => refetch())),
  }
}

/** Inferred replacements in a series, with the reading before and the reading after: nothing is counted in between. */
export function inferredIn({ datastream, meter }: ObservationsResponse): Replacement[] {
  const { property, channel } = datastream
  return (meter?.events ?? []).flatMap(({ kind, inferred, time, from, to }) =>
    kind === 'replacement' && inferred
      ? [{ property, channel, replacedAt: time, finalReading: from, startReading: to }]
      : [],
  )
}

type NewProps = {
  readonly thing: RegistryThing
  readonly ready: boolean
  readonly error: Error | null
  readonly onRecord: (body: object) => Promise<void>
}

function NewReplacement({ thing, ready, error, onRecord }: NewProps) {
  const { t, property } = useI18n()
  const meters = thing.properties.filter(isMeter)
  const [draft, setDraft] = useState(() => ({
    ...{ property: meters[0] ?? '', channel: '', finalReading: '', startReading: '', note: '' },
    replacedAt: `${new Date().toISOString().slice(0, 16)}:00Z`,
  }))
  const unit = PROPERTIES.get(draft.property)?.unitLabel ?? ''
  const save = (event: FormEvent): void => {
    event.preventDefault()
    const { finalReading, startReading, ...rest } = draft
    void onRecord({
      ...rest,
      ...(finalReading.trim() !== '' && { finalReading: numberOf(finalReading) }),
      ...(startReading.trim() !== '' && { startReading: numberOf(startReading) }),
    })
  }
  const entry = (field: 'channel' | 'finalReading' | 'startReading' | 'note' | 'replacedAt', hint?: string) => (
    <TextEntry
      label={t(`replacement.${field}`)}
      value={draft[field]}
      onChange={(value) => setDraft({ ...draft, [field]: value })}
      {...(hint !== undefined && { hint })}
    />
  )
  return (
    <Form className="form" onSubmit={save}>
      <h3 className="selection__heading">{t('replacement.new')}</h3>
      <div className="form__pair">
        <Choice
          label={t('unmapped.property')}
          choices={meters.map((id) => ({ id, label: property(id) }))}
          value={draft.property}
          onChange={(id) => setDraft({ ...draft, property: id })}
        />
        {entry('channel', t('unmapped.channel.note'))}
      </div>
      {entry('replacedAt', t('calibration.validFrom.note'))}
      <div className="form__pair">
        {entry('finalReading', unit)}
        {entry('startReading', unit)}
      </div>
      {entry('note')}
      <MissingPermission to="registry" />
      {error && <Problem error={error} />}
      <Button type="submit" className="button button--main" isDisabled={!ready}>
        {t('replacement.record')}
      </Button>
    </Form>
  )
}

const numberOf = (text: string): number => Number(text.replace(',', '.'))
