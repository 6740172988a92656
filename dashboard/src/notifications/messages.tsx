import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { z } from 'zod'
import { messagesQuery, useNotificationAccess } from '../http/notifications.ts'
import { useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Chips } from '../ui/chips.tsx'
import { Problem } from '../ui/problem.tsx'
import { Part, Rows } from './parts.tsx'
import './notifications.css'

const FILTERS = ['undeliverable', 'retrying', 'sent', 'all'] as const

/** What was sent, and what could not be, with its reason. */
export function Messages() {
  const { t, dateTime, integer } = useI18n()
  const { isPermitted, reload } = useNotificationAccess()
  const { send, ready, error } = useChange('notify')
  const [filter, setFilter] = useState<string>('undeliverable')
  const answer = useQuery(messagesQuery(isPermitted, filter === 'all' ? undefined : filter))
  const retry = async (id: string): Promise<void> => {
    await send(z.unknown(), 'POST', `/notifications/${id}/retry`)
    reload()
  }
  const problem = error ?? answer.error
  const columns = (['time', 'receiver', 'message', 'state', 'actions'] as const).map((one) => t(`notifications.${one}`))
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
        <Rows caption={t('notifications.messages')} columns={columns}>
          {answer.data.messages.map((message) => (
            <tr key={message.id}>
              <td>{dateTime(message.createdAt)}</td>
              <td>{message.receiver.name}</td>
              <th scope="row">{message.title}</th>
              <td>
                {t(`notifications.state.${message.state}`)}
                {message.error && (
                  <span className="note">
                    {' '}
                    {t('notifications.error', { error: message.error, n: integer(message.attempts) })}
                  </span>
                )}
              </td>
              <td>
                {message.state === 'undeliverable' && (
                  <Button
                    className="button button--small"
                    isDisabled={!ready}
                    onPress={() => void retry(message.id)}
                    aria-label={t('notifications.retry.of', { title: message.title })}
                  >
                    {t('notifications.retry')}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </Rows>
      )}
    </Part>
  )
}
