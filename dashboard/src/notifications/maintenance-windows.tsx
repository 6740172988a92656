import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { z } from 'zod'
import { type Maintenance, maintenance } from '#model/api/notifications.ts'
import { maintenanceQuery, useNotificationAccess } from '../http/notifications.ts'
import { useChange } from '../http/registry.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Problem } from '../ui/problem.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { TextEntry } from '../ui/text-entry.tsx'
import { MatcherFields, matchersOf, matcherText, NO_MATCHERS } from './matcher-fields.tsx'
import { Many, Part, Rows, useWeekdays, When } from './parts.tsx'
import './notifications.css'

/** Weekly times of planned work, in the time of the city. */
export function MaintenanceWindows() {
  const i18n = useI18n()
  const { t } = i18n
  const weekdays = useWeekdays()
  const { isPermitted, reload } = useNotificationAccess()
  const { send, ready, error } = useChange('notify')
  const [open, setOpen] = useState(false)
  const answer = useQuery(maintenanceQuery(isPermitted))
  const remove = async ({ id }: Maintenance): Promise<void> => {
    await send(z.unknown(), 'DELETE', `/maintenance-windows/${id}`)
    reload()
  }
  const add = (
    <Button className="button" onPress={() => setOpen(true)}>
      {t('notifications.maintenance.add')}
    </Button>
  )
  const times = windowTimes(weekdays)
  const button = (one: Maintenance) => (
    <Button
      className="button button--small"
      isDisabled={!ready}
      onPress={() => void remove(one)}
      aria-label={t('notifications.delete.of', { name: one.name })}
    >
      {t('notifications.delete')}
    </Button>
  )
  const all = answer.data?.windows ?? []
  return (
    <Part title={t('notifications.maintenance')} action={add}>
      {all.length === 0 && <p className="note">{t('notifications.maintenance.none')}</p>}
      {all.length > 0 && (
        <Rows caption={t('notifications.maintenance')} columns={maintenanceColumns(times, button, i18n)} rows={all} />
      )}
      {error && <Problem error={error} />}
      {open && <MaintenanceForm onClose={() => setOpen(false)} />}
    </Part>
  )
}

type Times = (one: Maintenance) => string

const windowTimes =
  (weekdays: ReturnType<typeof useWeekdays>): Times =>
  ({ windows }) =>
    windows
      .map(({ days, from, to }) => {
        const names = weekdays.filter(({ id }) => days.includes(Number(id))).map(({ label }) => label)
        return `${names.join(', ')} ${from}–${to}`
      })
      .join(' · ')

export const maintenanceColumns = (
  times: Times,
  button: (one: Maintenance) => ReactNode,
  { t }: Formatters,
): TableColumn<Maintenance>[] => [
  { id: 'name', label: t('notifications.name'), value: ({ name }) => name },
  { id: 'matches', label: t('notifications.matches'), value: ({ matchers }) => matcherText(matchers) },
  { id: 'times', label: t('notifications.times'), value: times },
  {
    ...{ id: 'state', label: t('notifications.state') },
    value: ({ active }) => t(active ? 'notifications.maintenance.active' : 'notifications.maintenance.inactive'),
  },
  { id: 'actions', label: t('notifications.actions'), cell: button },
]

function MaintenanceForm({ onClose }: { readonly onClose: () => void }) {
  const { t } = useI18n()
  const weekdays = useWeekdays()
  const { reload } = useNotificationAccess()
  const { send, ready, error } = useChange('notify')
  const [matchers, setMatchers] = useState(NO_MATCHERS)
  const [name, setName] = useState('')
  const [days, setDays] = useState<readonly string[]>(['7'])
  const [from, setFrom] = useState('01:00')
  const [to, setTo] = useState('03:00')
  const [author, setAuthor] = useState('')
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const windows = [{ days: days.map(Number), from, to }]
    const request = { name, matchers: matchersOf(matchers), windows, author }
    const made = await send(maintenance, 'POST', '/maintenance-windows', request)
    reload()
    if (made) onClose()
  }
  return (
    <FormDialog title={t('notifications.maintenance.add')} onClose={onClose}>
      <Form className="notifications" onSubmit={(event) => void submit(event)}>
        <TextEntry label={t('notifications.name')} value={name} onChange={setName} required />
        <MatcherFields value={matchers} onChange={setMatchers} />
        <Many label={t('notifications.days')} options={weekdays} value={days} onChange={setDays} />
        <When label={t('notifications.from')} type="time" value={from} onChange={setFrom} />
        <When label={t('notifications.to')} type="time" value={to} onChange={setTo} />
        <TextEntry label={t('notifications.author')} value={author} onChange={setAuthor} required />
        {error && <Problem error={error} />}
        <Button type="submit" className="button button--main" isDisabled={!ready}>
          {t('notifications.maintenance.add')}
        </Button>
      </Form>
    </FormDialog>
  )
}
