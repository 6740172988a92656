import { useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import type { Incident } from '#model/api/alerts.ts'
import { type IncidentAction, useIncidentAction } from '../http/incidents.ts'
import { usePermission } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './incident-actions.css'

/** What the timeline calls it. */
const OUTCOMES = { acknowledge: 'acknowledged', assign: 'assigned', notes: 'note', close: 'closed' } as const

/** What can be done about an incident; the note goes with whichever button is pressed. */
export function IncidentActions({ incident: { id, handling, assignedTo } }: { incident: Incident }) {
  const { t } = useI18n()
  const isPermitted = usePermission('operate')
  const [note, setNote] = useState('')
  const [to, setTo] = useState(assignedTo ?? '')
  const { mutate, isPending, error } = useIncidentAction(id)
  const [done, setDone] = useState<IncidentAction['action'] | null>(null)
  const outcome = useRef<HTMLParagraphElement>(null)
  // The button that was pressed may be gone or disabled: without this the next Tab would begin at the top of the page.
  useEffect(() => {
    if (done !== null) outcome.current?.focus()
  }, [done])
  const status = (
    <p role="status" tabIndex={-1} ref={outcome} className="incident-actions__done">
      {done !== null && t(`now.event.${OUTCOMES[done]}`)}
    </p>
  )
  if (handling === 'closed') return done === null ? null : status
  if (!isPermitted) return <MissingPermission to="operate" />
  const written = note.trim()
  const send = (action: IncidentAction): void => {
    setDone(null)
    mutate(action, {
      onSuccess: () => {
        setNote('')
        setDone(action.action)
      },
    })
  }
  const withNote = written === '' ? {} : { note: written }
  return (
    <section className="incident-actions" aria-label={t('now.actions')}>
      <TextEntry label={t('now.note')} value={note} onChange={setNote} />
      <div className="incident-actions__row">
        {handling === 'open' && (
          <Button
            className="button button--main"
            isPending={isPending}
            onPress={() => send({ action: 'acknowledge', ...withNote })}
          >
            {t('now.acknowledge')}
          </Button>
        )}
        <Button
          className="button"
          isDisabled={written === ''}
          isPending={isPending}
          onPress={() => send({ action: 'notes', note: written })}
        >
          {t('now.addNote')}
        </Button>
        <Button className="button" isPending={isPending} onPress={() => send({ action: 'close', ...withNote })}>
          {t('now.close')}
        </Button>
      </div>
      <div className="incident-actions__row">
        <TextEntry label={t('now.assignTo')} value={to} onChange={setTo} />
        <Button
          className="button"
          isDisabled={to.trim() === ''}
          isPending={isPending}
          onPress={() => send({ action: 'assign', to: to.trim(), ...withNote })}
        >
          {t('now.assign')}
        </Button>
      </div>
      {status}
      {error && <Problem error={error} />}
    </section>
  )
}
