import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { calibrationResponse, type RegistryThing } from '#model/api/registry.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './form.css'
import './registry-view.css'

/** Measurements on the move cannot be calibrated. */
const canCalibrate = (property: string): boolean => PROPERTIES.get(property)?.positioned !== true

type Props = { readonly thing: RegistryThing; readonly onClose: () => void }

/** Gain and offset of an instrument from a given time, and its earlier calibrations. Raw values do not change. */
export function ThingCalibrator({ thing, onClose }: Props) {
  const { t, property } = useI18n()
  const { send, ready, error } = useChange('registry')
  const properties = thing.properties.filter(canCalibrate)
  const [draft, setDraft] = useState(() => ({
    ...{ property: properties[0] ?? '', channel: '', gain: '1', offset: '0', note: '' },
    validFrom: `${new Date().toISOString().slice(0, 16)}:00Z`,
  }))
  const [done, setDone] = useState('')
  const unit = PROPERTIES.get(draft.property)?.unitLabel ?? ''
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const { gain, offset, ...rest } = draft
    const body = { ...rest, gain: numberOf(gain), offset: numberOf(offset) }
    const path = `/registry/things/${encodeURIComponent(thing.key)}/calibrations`
    const answer = await send(calibrationResponse, 'PUT', path, body)
    setDone(answer ? t('calibration.done', { n: answer.computed }) : '')
  }
  const entry = (field: 'channel' | 'gain' | 'offset' | 'note' | 'validFrom', hint?: string) => (
    <TextEntry
      label={t(`calibration.${field}`)}
      value={draft[field]}
      onChange={(value) => setDraft({ ...draft, [field]: value })}
      {...(hint !== undefined && { hint })}
    />
  )
  return (
    <FormDialog title={t('calibration.title', { thing: thing.name })} onClose={onClose}>
      <p className="note">{t('calibration.lead')}</p>
      <Calibrations thing={thing} />
      {properties.length === 0 ? (
        <p>{t('calibration.none')}</p>
      ) : (
        <Form className="form" onSubmit={(event) => void save(event)}>
          <div className="form__pair">
            <Choice
              label={t('unmapped.property')}
              choices={properties.map((id) => ({ id, label: property(id) }))}
              value={draft.property}
              onChange={(id) => setDraft({ ...draft, property: id })}
            />
            {entry('channel', t('unmapped.channel.note'))}
          </div>
          <div className="form__pair">
            {entry('gain')}
            {entry('offset', unit)}
          </div>
          {entry('validFrom', t('calibration.validFrom.note'))}
          {entry('note')}
          <MissingPermission to="registry" />
          {error && <Problem error={error} />}
          <p role="status">{done}</p>
          <Button type="submit" className="button button--main" isDisabled={!ready}>
            {t('registry.save')}
          </Button>
        </Form>
      )}
    </FormDialog>
  )
}

/** NaN for an empty field, which is not zero. */
const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text.replace(',', '.')))

function Calibrations({ thing }: { thing: RegistryThing }) {
  const { t, property, number, dateTime } = useI18n()
  if (thing.calibrations.length === 0) return null
  return (
    <ul className="registry__list" aria-label={t('calibration.list')}>
      {thing.calibrations.map(({ property: name, channel, validFrom, gain, offset, note }) => (
        <li key={`${name} ${channel} ${validFrom}`}>
          {t('calibration.item', {
            property: [property(name), channel].filter(Boolean).join(', '),
            time: dateTime(validFrom),
            gain: number(gain),
            offset: number(offset),
          })}{' '}
          <span className="note">{note}</span>
        </li>
      ))}
    </ul>
  )
}
