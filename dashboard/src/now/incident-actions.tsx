import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Incident } from '#model/api/alerts.ts'
import { type IncidentAction, useIncidentAction } from '../http/incidents.ts'
import { usePermission } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './incident-actions.css'

/** What can be done about an incident; the note goes with whichever button is pressed. */
export function IncidentActions({ incident: { id, handling, assignedTo } }: { incident: Incident }) {
  const { t } = useI18n()
  const isPermitted = usePermission('operate')
  const [note, setNote] = useState('')
  const [to, setTo] = useState(assignedTo ?? '')
  const { mutate, isPending, error } = useIncidentAction(id)
  if (handling === 'closed') return null
  if (!isPermitted) return <MissingPermission to="operate" />
  const written = note.trim()
  const send = (action: IncidentAction): void => mutate(action, { onSuccess: () => setNote('') })
  const withNote = written === '' ? {} : { note: written }
  return (
    <section className="incident-actions" aria-label={t('now.actions')}>
      <TextEntry label={t('now.note')} value={note} onChange={setNote} />
      <div className="incident-actions__row">
        {handling === 'open' && (
          <Button
            className="button button--main"
            isDisabled={isPending}
            onPress={() => send({ action: 'acknowledge', ...withNote })}
          >
            {t('now.acknowledge')}
          </Button>
        )}
        <Button
          className="button"
          isDisabled={isPending || written === ''}
          onPress={() => send({ action: 'notes', note: written })}
        >
          {t('now.addNote')}
        </Button>
        <Button className="button" isDisabled={isPending} onPress={() => send({ action: 'close', ...withNote })}>
          {t('now.close')}
        </Button>
      </div>
      <div className="incident-actions__row">
        <TextEntry label={t('now.assignTo')} value={to} onChange={setTo} />
        <Button
          className="button"
          isDisabled={isPending || to.trim() === ''}
          onPress={() => send({ action: 'assign', to: to.trim(), ...withNote })}
        >
          {t('now.assign')}
        </Button>
      </div>
      {error && <Problem error={error} />}
    </section>
  )
}
