import { type FormEvent, useState } from 'react'
import { erasedResponse } from '#model/api/voices.ts'
import { change } from '../../http/client.ts'
import { CodeField } from '../code-field.tsx'
import { useI18n } from '../i18n.ts'
import { problemText } from '../problem-text.ts'

/** Erases a voice by the code that only its author has. */
export function EraseForm() {
  const i18n = useI18n()
  const { t } = i18n
  const [code, setCode] = useState('')
  const [outcome, setOutcome] = useState<{ text: string; failed: boolean }>({ text: '', failed: false })
  const erase = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (code.trim() === '') return setOutcome({ text: t('erase.empty'), failed: true })
    try {
      await change(erasedResponse, 'DELETE', '/voices', { code })
      setCode('')
      setOutcome({ text: t('erase.done'), failed: false })
    } catch (error) {
      setOutcome({ text: problemText(error, i18n), failed: true })
    }
  }
  return (
    <form className="public__part" noValidate onSubmit={(event) => void erase(event)}>
      <h2>{t('erase.heading')}</h2>
      <p>{t('erase.lead')}</p>
      <CodeField id="code" label={t('erase.label')} value={code} onChange={setCode} />
      <button type="submit" className="button">
        {t('erase.button')}
      </button>
      <p role="status" className={outcome.failed ? 'public__error' : undefined}>
        {outcome.text}
      </p>
    </form>
  )
}
