import { type FormEvent, useState } from 'react'
import { erasedResponse } from '#model/api/voices.ts'
import { ApiProblem, change } from '../http/client.ts'
import { useWords } from '../public/words.ts'
import { wordsOf } from './voice-form.tsx'

/** Takes a voice back, by the code that only its author has. */
export function EraseForm() {
  const words = useWords()
  const { t } = words
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
      const unknown = error instanceof ApiProblem && error.code === 'CODE_UNKNOWN'
      setOutcome({ text: unknown ? t('erase.unknown') : wordsOf(error, words), failed: true })
    }
  }
  return (
    <form className="public__part" noValidate onSubmit={(event) => void erase(event)}>
      <h2>{t('erase.heading')}</h2>
      <p>{t('erase.lead')}</p>
      <div className="field">
        <label className="field__label" htmlFor="code">
          {t('erase.label')}
        </label>
        <input
          id="code"
          className="voice__code-field"
          type="text"
          dir="ltr"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={60}
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
      </div>
      <button type="submit" className="button">
        {t('erase.button')}
      </button>
      <p role="status" className={outcome.failed ? 'public__error' : undefined}>
        {outcome.text}
      </p>
    </form>
  )
}
