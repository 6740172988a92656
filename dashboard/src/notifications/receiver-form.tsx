import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { type CreatedReceiver, createdReceiver } from '#model/api/notifications.ts'
import { SEVERITIES } from '#model/notifications/event.ts'
import { MESSAGE_LANGUAGES } from '#model/notifications/message.ts'
import { useNotificationAccess } from '../http/notifications.ts'
import { zonesQuery } from '../http/queries.ts'
import { useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import { Many, When } from './parts.tsx'
import './notifications.css'

/** Web Push is set up from the browser that is to be notified, over the API. */
const CHANNELS = ['email', 'webhook', 'mqtt', 'alertmanager', 'feed'] as const
type Channel = (typeof CHANNELS)[number]
const ADDRESS: Readonly<Record<Channel, string | null>> = {
  email: 'address',
  webhook: 'url',
  mqtt: 'topic',
  alertmanager: 'url',
  feed: null,
}
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]

/** Enters a receiver; the answer of its test stays in view until the dialog is closed. */
export function ReceiverForm({ onClose }: { readonly onClose: () => void }) {
  const { t } = useI18n()
  const { reload } = useNotificationAccess()
  const { send, ready, error } = useChange('notify')
  const [created, setCreated] = useState<CreatedReceiver>()
  const [entry, setEntry] = useState(EMPTY)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setCreated(await send(createdReceiver, 'POST', '/receivers', requestOf(entry)))
    reload()
  }
  return (
    <FormDialog title={t('notifications.receiver.add')} onClose={onClose}>
      {created ? (
        <Outcome created={created} />
      ) : (
        <Form className="notifications" onSubmit={(event) => void submit(event)}>
          <Fields entry={entry} onChange={(change) => setEntry({ ...entry, ...change })} />
          {error && <Problem error={error} />}
          <Button type="submit" className="button button--main" isDisabled={!ready}>
            {t('notifications.receiver.create')}
          </Button>
        </Form>
      )}
    </FormDialog>
  )
}

type Entry = {
  readonly channel: Channel
  readonly name: string
  readonly address: string
  readonly language: string
  readonly severities: readonly string[]
  readonly zones: readonly string[]
  readonly quiet: readonly string[]
  readonly quietFrom: string
  readonly quietTo: string
  readonly escalateAfterMinutes: string
  readonly template: string
}
const EMPTY: Entry = {
  ...{ channel: 'email', name: '', address: '', language: 'en', severities: SEVERITIES, zones: [], quiet: [] },
  ...{ quietFrom: '22:00', quietTo: '06:00', escalateAfterMinutes: '0', template: '' },
}

function requestOf(entry: Entry): object {
  const { channel, name, language, severities, zones, quiet, quietFrom, quietTo, template } = entry
  const field = ADDRESS[channel]
  const window = { days: EVERY_DAY, from: quietFrom, to: quietTo }
  return {
    ...{ channel, name, language, severities, zones },
    escalateAfterMinutes: Number(entry.escalateAfterMinutes),
    ...(field !== null && { config: { [field]: entry.address } }),
    ...(quiet.length > 0 && { quietHours: { windows: [window] } }),
    ...(template !== '' && { template }),
  }
}

type FieldsProps = { readonly entry: Entry; readonly onChange: (change: Partial<Entry>) => void }

function Fields({ entry, onChange }: FieldsProps) {
  const { t, name } = useI18n()
  const zones = useQuery(zonesQuery).data?.features ?? []
  const field = ADDRESS[entry.channel]
  return (
    <>
      <Choice
        label={t('notifications.channel')}
        value={entry.channel}
        choices={CHANNELS.map((id) => ({ id, label: name('notifications.channel', id) }))}
        onChange={(channel) => onChange({ channel: channel as Channel, address: '' })}
      />
      <TextEntry
        label={t('notifications.name')}
        value={entry.name}
        onChange={(text) => onChange({ name: text })}
        required
      />
      {field !== null && (
        <TextEntry
          label={name('notifications.address', field)}
          value={entry.address}
          onChange={(address) => onChange({ address })}
          required
        />
      )}
      <Choice
        label={t('notifications.language')}
        value={entry.language}
        choices={MESSAGE_LANGUAGES.map((id) => ({ id, label: languageName(id), lang: id }))}
        onChange={(language) => onChange({ language })}
      />
      <Many
        label={t('notifications.severities')}
        options={SEVERITIES.map((id) => ({ id, label: name('notifications.severity', id) }))}
        value={entry.severities}
        onChange={(severities) => onChange({ severities })}
      />
      <Many
        label={t('notifications.zones')}
        options={zones.map(({ properties }) => ({ id: properties.key, label: properties.name }))}
        value={entry.zones}
        onChange={(chosen) => onChange({ zones: chosen })}
      />
      <Many
        label={t('notifications.quiet')}
        options={[{ id: 'on', label: t('notifications.quiet.on') }]}
        value={entry.quiet}
        onChange={(quiet) => onChange({ quiet })}
      />
      {entry.quiet.length > 0 && (
        <>
          <When
            label={t('notifications.from')}
            type="time"
            value={entry.quietFrom}
            onChange={(quietFrom) => onChange({ quietFrom })}
          />
          <When
            label={t('notifications.to')}
            type="time"
            value={entry.quietTo}
            onChange={(quietTo) => onChange({ quietTo })}
          />
        </>
      )}
      <TextEntry
        label={t('notifications.escalate')}
        value={entry.escalateAfterMinutes}
        hint={t('notifications.escalate.hint')}
        onChange={(escalateAfterMinutes) => onChange({ escalateAfterMinutes })}
      />
      <TextEntry
        label={t('notifications.template')}
        value={entry.template}
        hint={t('notifications.template.hint')}
        onChange={(template) => onChange({ template })}
      />
    </>
  )
}

const languageName = (tag: string): string => new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag

function Outcome({ created: { receiver, test, signingSecret } }: { readonly created: CreatedReceiver }) {
  const { t } = useI18n()
  return (
    <div role="status" className="notifications">
      <p>{t('notifications.created', { name: receiver.name })}</p>
      <p className={test.ok ? undefined : 'notifications__problem'}>
        {test.ok ? t('notifications.created.ok') : t('notifications.created.failed', { error: test.error ?? '' })}
      </p>
      {signingSecret !== null && (
        <div>
          <p>{t('notifications.secret')}</p>
          <code className="notifications__secret">{signingSecret}</code>
        </div>
      )}
    </div>
  )
}
