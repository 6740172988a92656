import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { ApiProblem, apiPath } from '../http/client.ts'
import { sessionQuery, signIn } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import { SecretEntry } from '../ui/secret-entry.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './access.css'

/** Name and password, then the code of the second factor where the account has one; or the key of the city. */
export function SignInForm({ onDone }: { onDone: () => void }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const provider = useQuery(sessionQuery).data?.identityProvider
  const [withKey, setWithKey] = useState(false)
  const [entries, setEntries] = useState({ name: '', password: '', code: '', key: '' })
  const [needsCode, setNeedsCode] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  const put = (field: keyof typeof entries) => (value: string) => setEntries({ ...entries, [field]: value })
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    const { name, password, code, key } = entries
    try {
      await signIn(withKey ? { key } : { name, password, ...(code && { code }) })
      await client.invalidateQueries()
      onDone()
    } catch (problem) {
      const isCode = problem instanceof ApiProblem && problem.code === 'CODE_REQUIRED'
      if (isCode) setNeedsCode(true)
      else setError(problem instanceof Error ? problem : new Error(String(problem)))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Form className="access-form" onSubmit={(event) => void send(event)}>
      {withKey ? (
        <SecretEntry label={t('session.key')} value={entries.key} onChange={put('key')} hint={t('session.key.note')} />
      ) : (
        <>
          <TextEntry label={t('session.name')} value={entries.name} onChange={put('name')} autoComplete="username" />
          <SecretEntry
            label={t('session.password')}
            value={entries.password}
            onChange={put('password')}
            autoComplete="current-password"
          />
          {needsCode && (
            <TextEntry
              label={t('session.code')}
              value={entries.code}
              onChange={put('code')}
              hint={t('session.code.note')}
              autoComplete="one-time-code"
              autoFocus
            />
          )}
        </>
      )}
      {provider && (
        <a className="button" href={apiPath('/session/oidc')}>
          {t('session.withProvider', { name: provider })}
        </a>
      )}
      {error && <Problem error={error} />}
      <div className="access-form__actions">
        <Button type="submit" className="button button--main" isDisabled={busy}>
          {t('session.signIn')}
        </Button>
        <Button className="button" onPress={() => setWithKey(!withKey)}>
          {t(withKey ? 'session.withAccount' : 'session.withKey')}
        </Button>
      </div>
    </Form>
  )
}
