import { type FormEvent, useState } from 'react'
import { type VoiceStatus, voiceStatusResponse } from '#model/api/voices.ts'
import { change } from '../../http/client.ts'
import { CodeField } from '../code-field.tsx'
import { useI18n } from '../i18n.ts'
import { problemText } from '../problem-text.ts'
import './street.css'

/** "You said, we did": what became of a voice, by the code that only its author has. */
export function StatusForm() {
  const i18n = useI18n()
  const { t } = i18n
  const [code, setCode] = useState('')
  const [problem, setProblem] = useState('')
  const [status, setStatus] = useState<VoiceStatus | null>(null)
  const ask = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setStatus(null)
    if (code.trim() === '') return setProblem(t('status.empty'))
    try {
      setStatus(await change(voiceStatusResponse, 'POST', '/voices/status', { code }))
      setProblem('')
    } catch (error) {
      setProblem(problemText(error, i18n))
    }
  }
  return (
    <form className="public__part" noValidate onSubmit={(event) => void ask(event)}>
      <h2>{t('status.heading')}</h2>
      <p>{t('status.lead')}</p>
      <CodeField id="code" label={t('status.label')} value={code} onChange={setCode} />
      <button type="submit" className="button">
        {t('status.button')}
      </button>
      <div role="status">
        {problem && <p className="public__error">{problem}</p>}
        {status && <Status status={status} />}
      </div>
    </form>
  )
}

function Status({ status }: { status: VoiceStatus }) {
  const { t, language } = useI18n()
  const month = (text: string): string =>
    new Date(`${text}-15T12:00:00Z`).toLocaleDateString(language, { month: 'long', year: 'numeric', timeZone: 'UTC' })
  const day = new Date(`${status.deleteOn}T12:00:00Z`).toLocaleDateString(language, {
    dateStyle: 'medium',
    timeZone: 'UTC',
  })
  const topics = new Intl.ListFormat(language).format(status.topics.map((topic) => t(`topic.${topic}`)))
  return (
    <>
      <p>{t('status.received', { month: month(status.month), topics, day })}</p>
      <p>{t('status.ratings')}</p>
      <p>{t(`status.comment.${status.comment}`)}</p>
      {status.reply !== null && status.replyMonth !== null ? (
        <>
          <p>{t('status.reply', { month: month(status.replyMonth) })}</p>
          <blockquote className="street__reply" dir="auto">
            {status.reply}
          </blockquote>
        </>
      ) : (
        status.comment !== 'none' && <p>{t('status.noReply')}</p>
      )}
    </>
  )
}
