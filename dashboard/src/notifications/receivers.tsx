import { useState } from 'react'
import { Button } from 'react-aria-components'
import { z } from 'zod'
import { type Receiver, receiver as receiverSchema, testResult } from '#model/api/notifications.ts'
import { useNotificationAccess } from '../http/notifications.ts'
import { useChange } from '../http/registry.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { Part, Rows } from './parts.tsx'
import { ReceiverForm } from './receiver-form.tsx'
import './notifications.css'

/** Whom to notify, each with a test. */
export function Receivers({ receivers }: { readonly receivers: readonly Receiver[] }) {
  const i18n = useI18n()
  const { t } = i18n
  const [open, setOpen] = useState(false)
  const add = (
    <Button className="button" onPress={() => setOpen(true)}>
      {t('notifications.receiver.add')}
    </Button>
  )
  return (
    <Part title={t('notifications.receivers')} action={add}>
      {receivers.length === 0 && <p className="note">{t('notifications.receivers.none')}</p>}
      {receivers.length > 0 && (
        <Rows caption={t('notifications.receivers')} columns={receiverColumns(i18n)} rows={receivers} />
      )}
      {open && <ReceiverForm onClose={() => setOpen(false)} />}
    </Part>
  )
}

export function receiverColumns({ t, name, dateTime }: Formatters): TableColumn<Receiver>[] {
  const channel = (receiver: Receiver): string => name('notifications.channel', receiver.channel)
  const address = ({ config }: Receiver): string => Object.values(config).join(' ')
  const wants = ({ severities, zones, owners, escalateAfterMinutes }: Receiver): string =>
    [
      ...severities.map((severity) => name('notifications.severity', severity)),
      ...zones,
      ...owners,
      escalateAfterMinutes > 0 && t('notifications.escalation', { n: escalateAfterMinutes }),
    ]
      .filter(Boolean)
      .join(' · ')
  const test = ({ testedAt, testError }: Receiver): string => {
    if (testedAt === null) return t('notifications.test.never')
    const when = dateTime(testedAt)
    if (testError === null) return t('notifications.test.ok', { when })
    return t('notifications.test.failed', { when, error: testError })
  }
  return [
    {
      ...{ id: 'receiver', label: t('notifications.receiver'), value: (receiver) => receiver.name },
      cell: (receiver) => (
        <>
          {receiver.name}
          {!receiver.enabled && <span className="badge">{t('notifications.off')}</span>}
        </>
      ),
    },
    {
      ...{ id: 'state', label: t('notifications.state'), fileOnly: true },
      value: ({ enabled }) => (enabled ? null : t('notifications.off')),
    },
    {
      ...{ id: 'address', label: t('notifications.address') },
      value: (receiver) => `${channel(receiver)} ${address(receiver)}`.trim(),
      cell: (receiver) => (
        <>
          {channel(receiver)}
          <br />
          <span className="note">{address(receiver)}</span>
        </>
      ),
    },
    { id: 'wants', label: t('notifications.wants'), value: wants },
    {
      ...{ id: 'tested', label: t('notifications.tested'), value: ({ testedAt }) => testedAt },
      className: ({ testError }) => (testError === null ? undefined : 'notifications__problem'),
      cell: (receiver) => <span role="status">{test(receiver)}</span>,
    },
    { id: 'reason', label: t('notifications.reason'), fileOnly: true, value: ({ testError }) => testError },
    { id: 'actions', label: t('notifications.actions'), cell: (receiver) => <ReceiverActions receiver={receiver} /> },
  ]
}

function ReceiverActions({ receiver }: { readonly receiver: Receiver }) {
  const { t } = useI18n()
  const { reload } = useNotificationAccess()
  const { send, ready, busy, error } = useChange('notify')
  const [confirming, setConfirming] = useState(false)
  const path = `/receivers/${receiver.id}`
  const run = async (work: Promise<unknown>): Promise<void> => {
    await work
    reload()
  }
  const of = { name: receiver.name }
  return (
    <>
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
    </>
  )
}
