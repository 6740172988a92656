import { useState } from 'react'
import { Button } from 'react-aria-components'
import { z } from 'zod'
import { type Receiver, receiver as receiverSchema, testResult } from '#model/api/notifications.ts'
import { useNotificationAccess } from '../http/notifications.ts'
import { useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import { Part, Rows } from './parts.tsx'
import { ReceiverForm } from './receiver-form.tsx'
import './notifications.css'

/** Whom to notify, each with a test. */
export function Receivers({ receivers }: { readonly receivers: readonly Receiver[] }) {
  const { t } = useI18n()
  const [open, setOpen] = useState(false)
  const columns = (['receiver', 'address', 'wants', 'tested', 'actions'] as const).map((one) =>
    t(`notifications.${one}`),
  )
  const add = (
    <Button className="button" onPress={() => setOpen(true)}>
      {t('notifications.receiver.add')}
    </Button>
  )
  return (
    <Part title={t('notifications.receivers')} action={add}>
      {receivers.length === 0 && <p className="note">{t('notifications.receivers.none')}</p>}
      {receivers.length > 0 && (
        <Rows caption={t('notifications.receivers')} columns={columns}>
          {receivers.map((receiver) => (
            <ReceiverRow key={receiver.id} receiver={receiver} />
          ))}
        </Rows>
      )}
      {open && <ReceiverForm onClose={() => setOpen(false)} />}
    </Part>
  )
}

function ReceiverRow({ receiver }: { readonly receiver: Receiver }) {
  const { t, name, dateTime } = useI18n()
  const { reload } = useNotificationAccess()
  const { send, ready, busy, error } = useChange('notify')
  const [confirming, setConfirming] = useState(false)
  const path = `/receivers/${receiver.id}`
  const run = async (work: Promise<unknown>): Promise<void> => {
    await work
    reload()
  }
  const wants = [
    ...receiver.severities.map((severity) => name('notifications.severity', severity)),
    ...receiver.zones,
    ...receiver.owners,
    receiver.escalateAfterMinutes > 0 && t('notifications.escalation', { n: receiver.escalateAfterMinutes }),
  ].filter(Boolean)
  const of = { name: receiver.name }
  return (
    <tr>
      <th scope="row">
        {receiver.name}
        {!receiver.enabled && <span className="badge">{t('notifications.off')}</span>}
      </th>
      <td>
        {name('notifications.channel', receiver.channel)}
        <br />
        <span className="note">{Object.values(receiver.config).join(' ')}</span>
      </td>
      <td>{wants.join(' · ')}</td>
      <td role="status" className={receiver.testError === null ? undefined : 'notifications__problem'}>
        {receiver.testedAt === null
          ? t('notifications.test.never')
          : receiver.testError === null
            ? t('notifications.test.ok', { when: dateTime(receiver.testedAt) })
            : t('notifications.test.failed', { when: dateTime(receiver.testedAt), error: receiver.testError })}
      </td>
      <td>
        <div className="notifications__actions">
          <Button
            className="button button--small"
            isDisabled={!ready}
            onPress={() => void run(send(testResult, 'POST', `${path}/test`))}
            aria-label={t('notifications.test.of', of)}
          >
            {t(busy ? 'notifications.test.busy' : 'notifications.test')}
          </Button>
          <Button
            className="button button--small"
            isDisabled={!ready}
            onPress={() => void run(send(receiverSchema, 'PATCH', path, { enabled: !receiver.enabled }))}
            aria-label={t(receiver.enabled ? 'notifications.disable.of' : 'notifications.enable.of', of)}
          >
            {t(receiver.enabled ? 'notifications.disable' : 'notifications.enable')}
          </Button>
          <Button
            className="button button--small"
            isDisabled={!ready}
            onPress={() => (confirming ? void run(send(z.unknown(), 'DELETE', path)) : setConfirming(true))}
            aria-label={t(confirming ? 'notifications.delete.confirm.of' : 'notifications.delete.of', of)}
          >
            {t(confirming ? 'notifications.delete.confirm' : 'notifications.delete')}
          </Button>
        </div>
        {error && <Problem error={error} />}
      </td>
    </tr>
  )
}
