import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Button } from 'react-aria-components'
import { z } from 'zod'
import type { notifications } from '#model/api/notifications.ts'
import { messagesQuery, useNotificationAccess } from '../http/notifications.ts'
import { useChange } from '../http/registry.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Chips } from '../ui/chips.tsx'
import { Problem } from '../ui/problem.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { Part, Rows } from './parts.tsx'
import './notifications.css'

type Message = z.infer<typeof notifications>['messages'][number]

const FILTERS = ['undeliverable', 'retrying', 'sent', 'all'] as const

/** What was sent, and what could not be, with its reason. */
export function Messages() {
  const i18n = useI18n()
  const { t } = i18n
  const { isPermitted, reload } = useNotificationAccess()
  const { send, ready, error } = useChange('notify')
  const [filter, setFilter] = useState<string>('undeliverable')
  const answer = useQuery(messagesQuery(isPermitted, filter === 'all' ? undefined : filter))
  const retry = async (id: string): Promise<void> => {
    await send(z.unknown(), 'POST', `/notifications/${id}/retry`)
    reload()
  }
  const problem = error ?? answer.error
  const button = ({ id, title, state }: Message) =>
    state === 'undeliverable' && (
      <Button
        className="button button--small"
        isDisabled={!ready}
        onPress={() => void retry(id)}
        aria-label={t('notifications.retry.of', { title })}
      >
        {t('notifications.retry')}
      </Button>
    )
  return (
    <Part title={t('notifications.messages')}>
      {answer.data && (
        <p role="status" className={answer.data.undeliverable > 0 ? 'notifications__problem' : 'note'}>
          {t('notifications.counts', { failed: answer.data.undeliverable, waiting: answer.data.waiting.total })}
        </p>
      )}
      <Chips
        label={t('notifications.filter')}
        labelHidden
        chips={FILTERS.map((id) => ({ id, label: t(`notifications.state.${id}`) }))}
        value={filter}
        onChange={setFilter}
      />
      {problem && <Problem error={problem} />}
      {answer.data?.messages.length === 0 && <p className="note">{t('notifications.messages.none')}</p>}
      {answer.data && answer.data.messages.length > 0 && (
        <Rows
          caption={t('notifications.messages')}
          columns={messageColumns(button, i18n)}
          rows={answer.data.messages}
        />
      )}
    </Part>
  )
}

export const messageColumns = (
  button: (one: Message) => ReactNode,
  { t, dateTime, integer }: Formatters,
): TableColumn<Message>[] => [
  {
    ...{ id: 'time', label: t('notifications.time'), value: ({ createdAt }) => createdAt },
    cell: ({ createdAt }) => dateTime(createdAt),
  },
  { id: 'receiver', label: t('notifications.receiver'), value: ({ receiver }) => receiver.name },
  { id: 'message', label: t('notifications.message'), value: ({ title }) => title },
  {
    ...{ id: 'state', label: t('notifications.state'), value: ({ state }) => t(`notifications.state.${state}`) },
    cell: ({ state, error, attempts }) => (
      <>
        {t(`notifications.state.${state}`)}
        {error && <span className="note"> {t('notifications.error', { error, n: integer(attempts) })}</span>}
      </>
    ),
  },
  { id: 'reason', label: t('notifications.reason'), fileOnly: true, value: ({ error }) => error },
  { id: 'attempts', label: t('notifications.attempts'), fileOnly: true, value: ({ attempts }) => attempts },
  { id: 'actions', label: t('notifications.actions'), cell: button },
]
