import { useId, useState } from 'react'
import { Button } from 'react-aria-components'
import type { Incident } from '#model/api/alerts.ts'
import { MAX_ENTRY_LENGTH } from '#model/api/shift-log.ts'
import { useShiftChange } from '../http/shift-log.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Many } from '../notifications/parts.tsx'
import { Problem } from '../ui/problem.tsx'
import { ruleName } from './rule-name.ts'
import { subjectName } from './subject-name.ts'
import './shift-log.css'

/** Incidents that are offered to be linked; a hand-over lists all that are open. */
const MAX_OFFERED = 20

/** Writes an entry, or hands over with it. */
export function ShiftForm({ open }: { readonly open: readonly Incident[] }) {
  const i18n = useI18n()
  const { t } = i18n
  const id = useId()
  const [text, setText] = useState('')
  const [at, setAt] = useState('')
  const [incidents, setIncidents] = useState<readonly string[]>([])
  const { mutate, isPending, error, data } = useShiftChange()
  const written = text.trim()
  const done = {
    onSuccess: () => {
      setText('')
      setAt('')
      setIncidents([])
    },
  }
  const write = (): void =>
    mutate({ write: { text: written, incidents, ...(at !== '' && { at: new Date(at).toISOString() }) } }, done)
  return (
    <form className="shift-form" aria-label={t('shift.new')} onSubmit={(event) => event.preventDefault()}>
      <div className="field">
        <label className="field__label" htmlFor={id}>
          {t('shift.text')}
        </label>
        <textarea
          id={id}
          className="field__input shift-form__text"
          rows={3}
          maxLength={MAX_ENTRY_LENGTH}
          value={text}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setText(event.target.value)}
        />
        <span id={`${id}-hint`} className="note">
          {t('shift.text.hint')}
        </span>
      </div>
      <details>
        <summary>{t('shift.details')}</summary>
        <label className="field">
          <span className="field__label">{t('shift.at')}</span>
          <input
            className="field__input"
            type="datetime-local"
            value={at}
            onChange={(event) => setAt(event.target.value)}
          />
        </label>
        {open.length > 0 && (
          <Many
            label={t('shift.incidents')}
            options={open
              .slice(0, MAX_OFFERED)
              .map((one) => ({ id: one.id, label: `${ruleName(i18n, one.rule)}, ${subjectName(i18n, one.subject)}` }))}
            value={incidents}
            onChange={setIncidents}
          />
        )}
      </details>
      <div className="shift-entry__actions">
        <Button className="button" isDisabled={isPending || written === ''} onPress={write}>
          {t('shift.write')}
        </Button>
        <Button
          className="button"
          isDisabled={isPending || written === ''}
          onPress={() => mutate({ handOver: { text: written } }, done)}
        >
          {t('shift.handOver')}
        </Button>
      </div>
      <p className="note" role="status">
        {data && t(data.kind === 'handover' ? 'shift.done.handover' : 'shift.done.note')}
      </p>
      {error && <Problem error={error} />}
    </form>
  )
}
