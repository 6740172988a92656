import { lazy, Suspense, useState } from 'react'
import { Button } from 'react-aria-components'
import type { RejectedResponse } from '#model/api/ingest.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Chips } from '../ui/chips.tsx'
import { hexDump } from './hex.ts'

/** With the readers of every encoding; loaded when it is opened. */
const DescribeDialog = lazy(async () => ({ default: (await import('../payloads/describe-dialog.tsx')).DescribeDialog }))

type RejectedMessageProps = {
  readonly message: RejectedResponse['messages'][number]
  readonly selected: boolean
  readonly onSelect: (selected: boolean) => void
}

/** One message: the reason of its rejection, and its bytes as text or in hexadecimal. */
export function RejectedMessage({ message, selected, onSelect }: RejectedMessageProps) {
  const { t, name, dateTime, integer } = useI18n()
  const time = dateTime(message.receivedAt)
  return (
    <li className="message message--selectable">
      <input
        type="checkbox"
        className="message__select"
        checked={selected}
        onChange={(event) => onSelect(event.target.checked)}
        aria-label={t('rejected.select', { time, topic: message.topic })}
      />
      <details>
        <summary>
          <span className="message__time">{time}</span>
          <span className="message__reason">{name('rejection', message.reason)}</span>
          <code className="message__topic" title={message.topic}>
            {message.topic}
          </code>
          <span className="note">
            {t('rejected.about', { source: message.source, bytes: integer(message.bytes) })}
            {message.partial && ` · ${t('rejected.partial')}`}
            {message.replayedAt && ` · ${t('rejected.replayed', { time: dateTime(message.replayedAt) })}`}
          </span>
        </summary>
        {/* what a decoder found, in English, as it is in the log */}
        <p className="message__detail" lang="en" dir="ltr">
          {message.detail}
        </p>
        {message.base64 === null ? (
          <p className="note">{t('rejected.bytes.key')}</p>
        ) : (
          <Payload text={message.text} base64={message.base64} label={t('rejected.bytes.of', { time })} />
        )}
        <Describe message={message} />
      </details>
    </li>
  )
}

/** A button that describes the messages of this topic, where this one is text. */
function Describe({ message: { topic, text } }: Pick<RejectedMessageProps, 'message'>) {
  const { t } = useI18n()
  const [open, setOpen] = useState(false)
  if (text === null || text.trim() === '') return null
  return (
    <>
      <Button className="button" onPress={() => setOpen(true)}>
        {t('payload.open')}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <DescribeDialog topic={topic} text={text} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}

const FORMS = ['text', 'hex'] as const
type Form = (typeof FORMS)[number]

function Payload({ text, base64, label }: { text: string | null; base64: string; label: string }) {
  const { t } = useI18n()
  const [form, setForm] = useState<Form>(text === null ? 'hex' : 'text')
  return (
    <>
      <Chips
        label={t('rejected.bytes')}
        labelHidden
        chips={FORMS.map((id) => ({ id, label: t(`rejected.bytes.${id}`), disabled: id === 'text' && text === null }))}
        value={form}
        onChange={(value) => setForm(value as Form)}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="message__scroll" tabIndex={0} aria-label={label}>
        <pre className="message__payload">{form === 'text' && text !== null ? text : hexDump(base64)}</pre>
      </section>
    </>
  )
}
