import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { z } from 'zod'
import { type Silence, silence } from '#model/api/notifications.ts'
import { silencesQuery, useNotificationAccess } from '../http/notifications.ts'
import { useChange } from '../http/registry.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Problem } from '../ui/problem.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { TextEntry } from '../ui/text-entry.tsx'
import { MatcherFields, matchersOf, matcherText, NO_MATCHERS } from './matcher-fields.tsx'
import { Part, Rows } from './parts.tsx'
import './notifications.css'

const HOUR_MS = 3_600_000
const HOURS = ['1', '4', '8', '24', '168'] as const

/** What is kept back for a time. */
export function Silences() {
  const i18n = useI18n()
  const { t } = i18n
  const { isPermitted, reload } = useNotificationAccess()
  const { send, ready, error } = useChange('notify')
  const [open, setOpen] = useState(false)
  const answer = useQuery(silencesQuery(isPermitted))
  const end = async ({ id }: Silence): Promise<void> => {
    await send(z.unknown(), 'DELETE', `/silences/${id}`)
    reload()
  }
  const add = (
    <Button className="button" onPress={() => setOpen(true)}>
      {t('notifications.silence.add')}
    </Button>
  )
  const button = (one: Silence) =>
    one.state !== 'ended' && (
      <Button
        className="button button--small"
        isDisabled={!ready}
        onPress={() => void end(one)}
        aria-label={t('notifications.silence.end.of', { matches: matcherText(one.matchers) })}
      >
        {t('notifications.silence.end')}
      </Button>
    )
  const all = answer.data?.silences ?? []
  return (
    <Part title={t('notifications.silences')} action={add}>
      {all.length === 0 && <p className="note">{t('notifications.silences.none')}</p>}
      {all.length > 0 && (
        <Rows caption={t('notifications.silences')} columns={silenceColumns(button, i18n)} rows={all} />
      )}
      {error && <Problem error={error} />}
      {open && <SilenceForm onClose={() => setOpen(false)} />}
    </Part>
  )
}

export const silenceColumns = (
  button: (one: Silence) => ReactNode,
  { t, name, dateTime }: Formatters,
): TableColumn<Silence>[] => [
  { id: 'matches', label: t('notifications.matches'), value: ({ matchers }) => matcherText(matchers) },
  {
    ...{ id: 'until', label: t('notifications.until'), value: ({ endsAt }) => endsAt },
    cell: ({ endsAt }) => dateTime(endsAt),
  },
  {
    ...{ id: 'comment', label: t('notifications.comment'), value: ({ comment }) => comment },
    cell: ({ comment, author }) => (
      <>
        {comment} <span className="note">{author}</span>
      </>
    ),
  },
  { id: 'author', label: t('audit.column.who'), fileOnly: true, value: ({ author }) => author },
  {
    ...{ id: 'state', label: t('notifications.state') },
    value: ({ state }) => name('notifications.silence', state),
  },
  { id: 'actions', label: t('notifications.actions'), cell: button },
]

function SilenceForm({ onClose }: { readonly onClose: () => void }) {
  const { t } = useI18n()
  const { reload } = useNotificationAccess()
  const { send, ready, error } = useChange('notify')
  const [matchers, setMatchers] = useState(NO_MATCHERS)
  const [hours, setHours] = useState<string>('4')
  const [author, setAuthor] = useState('')
  const [comment, setComment] = useState('')
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const endsAt = new Date(Date.now() + Number(hours) * HOUR_MS).toISOString()
    const made = await send(silence, 'POST', '/silences', { matchers: matchersOf(matchers), endsAt, author, comment })
    reload()
    if (made) onClose()
  }
  return (
    <FormDialog title={t('notifications.silence.add')} onClose={onClose}>
      <Form className="notifications" onSubmit={(event) => void submit(event)}>
        <MatcherFields value={matchers} onChange={setMatchers} />
        <Choice
          label={t('notifications.silence.length')}
          value={hours}
          choices={HOURS.map((id) => ({ id, label: t('notifications.hours', { n: Number(id) }) }))}
          onChange={setHours}
        />
        <TextEntry label={t('notifications.author')} value={author} onChange={setAuthor} required />
        <TextEntry label={t('notifications.comment')} value={comment} onChange={setComment} required />
        {error && <Problem error={error} />}
        <Button type="submit" className="button button--main" isDisabled={!ready}>
          {t('notifications.silence.add')}
        </Button>
      </Form>
    </FormDialog>
  )
}
