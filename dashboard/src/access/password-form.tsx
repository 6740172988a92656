import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { sessionsEnded } from '#model/api/access.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import { SecretEntry } from '../ui/secret-entry.tsx'
import { useAccessChange } from './queries.ts'
import './access.css'

/** Changes the password; all other sessions end. */
export function PasswordForm({ onDone }: { onDone: () => void }) {
  const { t } = useI18n()
  const { send, busy, error } = useAccessChange()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!(await send(sessionsEnded, 'PUT', '/account/password', { current, next }))) return
    setCurrent('')
    setNext('')
    onDone()
  }
  return (
    <Form className="access-form" onSubmit={(event) => void save(event)}>
      <SecretEntry
        label={t('account.password.current')}
        value={current}
        onChange={setCurrent}
        autoComplete="current-password"
      />
      <SecretEntry
        label={t('account.password.next')}
        value={next}
        onChange={setNext}
        hint={t('account.password.note')}
        autoComplete="new-password"
      />
      {error && <Problem error={error} />}
      <div>
        <Button type="submit" className="button button--main" isDisabled={busy || next === ''}>
          {t('account.password.change')}
        </Button>
      </div>
    </Form>
  )
}
