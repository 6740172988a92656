import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { approveResponse, ignoreResponse } from '#model/api/devices.ts'
import { pendingQuery, useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import './registry-view.css'

/** Devices that wait for approval; nothing where the city approves none. */
export function PendingDevices() {
  const { t, integer, dateTime, property } = useI18n()
  const { data, error, refetch } = useQuery(pendingQuery)
  const { send, ready, error: refused } = useChange('registry')
  const [done, setDone] = useState('')
  const approve = async (devices: readonly string[]): Promise<void> => {
    const answer = await send(approveResponse, 'POST', '/registry/pending/approve', { devices })
    if (answer) setDone(t('pending.done', { n: integer(answer.approved), replayed: integer(answer.replayed) }))
  }
  const ignore = (device: string): void => void send(ignoreResponse, 'POST', '/registry/ignored', { devices: [device] })
  if (error) return <Problem error={error} retry={refetch} />
  const waiting = data?.devices.filter(({ approvedAt }) => approvedAt === null) ?? []
  if (waiting.length === 0 && done === '') return null
  return (
    <section aria-labelledby="pending">
      <h2 id="pending" className="operations__heading">
        {t('pending.title', { n: integer(waiting.length) })}
      </h2>
      <p className="note operations__note">{t('pending.lead')}</p>
      {refused && <Problem error={refused} />}
      <p role="status">{done}</p>
      {waiting.length > 1 && (
        <Button
          className="button"
          isDisabled={!ready}
          onPress={() => void approve(waiting.map(({ device }) => device))}
        >
          {t('pending.approve.all', { n: integer(waiting.length) })}
        </Button>
      )}
      <ul className="registry__list" aria-label={t('pending.title', { n: integer(waiting.length) })}>
        {waiting.map((device) => (
          <li key={device.device} className="registry__thing">
            <div>
              <p className="registry__name">
                <code>{device.device}</code>
              </p>
              <p className="note">
                {t('pending.facts', {
                  topic: device.topic,
                  messages: integer(device.messages),
                  stored: integer(device.stored),
                  first: dateTime(device.firstSeen),
                })}
              </p>
              <p className="note">{device.properties.map(property).join(', ')}</p>
            </div>
            <div className="registry__actions">
              <Button
                className="button button--main"
                isDisabled={!ready}
                onPress={() => void approve([device.device])}
                aria-label={t('pending.approve.of', { device: device.device })}
              >
                {t('pending.approve')}
              </Button>
              <Button
                className="button"
                isDisabled={!ready}
                onPress={() => ignore(device.device)}
                aria-label={t('pending.ignore.of', { device: device.device })}
              >
                {t('registry.ignore')}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
