import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { z } from 'zod'
import type { Incident } from '#model/api/alerts.ts'
import { silence } from '#model/api/notifications.ts'
import { silencesQuery, useNotificationAccess } from '../http/notifications.ts'
import { useChange } from '../http/registry.ts'
import { sessionQuery } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import { ruleName } from './rule-name.ts'
import { type Reach, reachesOf, silencesOf } from './silence-reach.ts'
import { subjectName } from './subject-name.ts'
import './incident-actions.css'

const HOUR_MS = 3_600_000
const HOURS = ['1', '4', '8', '24', '168'] as const

/** Silences of what an incident is about: those that hold, and a button for another one. */
export function SilenceIncident({ incident }: { readonly incident: Incident }) {
  const { t, dateTime } = useI18n()
  const { isPermitted, reload } = useNotificationAccess()
  const { send, ready, error } = useChange('notify')
  const answer = useQuery(silencesQuery(isPermitted))
  const [isOpen, setOpen] = useState(false)
  const [isDone, setDone] = useState(false)
  const outcome = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    if (isDone && !isOpen) outcome.current?.focus()
  }, [isDone, isOpen])
  if (!isPermitted || incident.handling === 'closed') return null
  const found = silencesOf(incident, answer.data?.silences ?? [])
  const end = async (id: string): Promise<void> => {
    await send(z.unknown(), 'DELETE', `/silences/${id}`)
    reload()
  }
  return (
    <section className="incident-actions" aria-label={t('notifications.silences')}>
      {found.map(({ id, endsAt, author, comment }) => (
        <div key={id} className="incident-actions__silence">
          <p>{t('now.silence.until', { until: dateTime(endsAt), author, comment })}</p>
          <Button
            className="button button--small"
            isDisabled={!ready}
            onPress={() => void end(id)}
            aria-label={t('notifications.silence.end.of', { matches: comment })}
          >
            {t('notifications.silence.end')}
          </Button>
        </div>
      ))}
      <div className="incident-actions__row">
        <Button className="button" onPress={() => setOpen(true)}>
          {t('now.silence')}
        </Button>
      </div>
      <p role="status" tabIndex={-1} ref={outcome} className="incident-actions__done">
        {isDone && t('now.silence.done')}
      </p>
      {error && <Problem error={error} />}
      {isOpen && (
        <SilenceForm
          incident={incident}
          onDone={() => {
            reload()
            setDone(true)
            setOpen(false)
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  )
}

type FormProps = { readonly incident: Incident; readonly onDone: () => void; readonly onClose: () => void }

/** What is silenced and until when stands above the button that does it. */
function SilenceForm({ incident, onDone, onClose }: FormProps) {
  const i18n = useI18n()
  const { t, dateTime } = i18n
  const session = useQuery(sessionQuery).data
  const { send, ready, error } = useChange('notify')
  const [reach, setReach] = useState<Reach>('here')
  const [hours, setHours] = useState<string>('4')
  const [name, setName] = useState('')
  const [comment, setComment] = useState('')
  const [openedAt] = useState(Date.now)
  const author = session?.kind === 'account' ? session.name : name
  const reaches = reachesOf(incident)
  const about = { rule: ruleName(i18n, incident.rule), place: subjectName(i18n, incident.subject) }
  const textOf = (id: Reach): string => t(`now.silence.reach.${id}`, about)
  const endsAt = new Date(openedAt + Number(hours) * HOUR_MS).toISOString()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const body = { matchers: reaches[reach], endsAt, author, comment }
    if (await send(silence, 'POST', '/silences', body)) onDone()
  }
  return (
    <FormDialog title={t('now.silence')} onClose={onClose}>
      <Form className="incident-actions" onSubmit={(event) => void submit(event)}>
        <Choice
          label={t('now.silence.what')}
          value={reach}
          choices={(Object.keys(reaches) as Reach[]).map((id) => ({ id, label: textOf(id) }))}
          onChange={(id) => setReach(id as Reach)}
        />
        <Choice
          label={t('notifications.silence.length')}
          value={hours}
          choices={HOURS.map((id) => ({ id, label: t('notifications.hours', { n: Number(id) }) }))}
          onChange={setHours}
        />
        {session?.kind !== 'account' && (
          <TextEntry label={t('notifications.author')} value={name} onChange={setName} required />
        )}
        <TextEntry label={t('notifications.comment')} value={comment} onChange={setComment} required />
        <p>{t('now.silence.confirm', { what: textOf(reach), until: dateTime(endsAt) })}</p>
        <p className="note">{t('now.silence.still')}</p>
        {error && <Problem error={error} />}
        <Button type="submit" className="button button--main" isDisabled={!ready}>
          {t('now.silence.do', { until: dateTime(endsAt) })}
        </Button>
      </Form>
    </FormDialog>
  )
}
