import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { GRANTED_ROLES, type GrantedRole } from '#model/access/roles.ts'
import { type TokenEntry, tokenCreated, tokenSchema } from '#model/api/access.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import { tokensQuery, useAccessChange } from './queries.ts'
import './access.css'

/** Service tokens: create, revoke; a secret is shown once. */
export function Tokens() {
  const { t, name } = useI18n()
  const { data, error } = useQuery(tokensQuery)
  const { send, busy, error: failure } = useAccessChange()
  const [label, setLabel] = useState('')
  const [days, setDays] = useState('90')
  const [role, setRole] = useState<GrantedRole>('viewer')
  const [secret, setSecret] = useState('')
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const made = await send(tokenCreated, 'POST', '/tokens', { name: label, role, days: Number(days) })
    if (!made) return
    setSecret(made.secret)
    setLabel('')
  }
  return (
    <section aria-labelledby="tokens">
      <h2 id="tokens" className="access__heading">
        {t('tokens.title')}
      </h2>
      <p className="note">{t('tokens.lead')}</p>
      {error && <Problem error={error} />}
      <ul className="access__list">
        {data?.tokens.map((token) => (
          <li key={token.id} className="access__item">
            <TokenFacts token={token} />
            {token.suspended && token.revokedAt === null && (
              <Button
                className="button"
                isDisabled={busy}
                onPress={() => void send(tokenSchema, 'POST', `/tokens/${token.id}/take-over`, {})}
                aria-label={t('tokens.takeOver.of', { name: token.name })}
              >
                {t('tokens.takeOver')}
              </Button>
            )}
            {token.revokedAt === null && (
              <Button
                className="button"
                isDisabled={busy}
                onPress={() => void send(tokenSchema, 'DELETE', `/tokens/${token.id}`)}
                aria-label={t('tokens.revoke.of', { name: token.name })}
              >
                {t('tokens.revoke')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Form className="access-form" onSubmit={(event) => void create(event)} aria-label={t('tokens.new')}>
        <h3>{t('tokens.new')}</h3>
        <TextEntry label={t('tokens.name')} value={label} onChange={setLabel} required hint={t('tokens.name.note')} />
        <Choice
          label={t('access.role')}
          choices={GRANTED_ROLES.map((id) => ({ id, label: name('role', id) }))}
          value={role}
          onChange={(id) => setRole(id as GrantedRole)}
        />
        <TextEntry label={t('tokens.days')} value={days} onChange={setDays} required />
        {failure && <Problem error={failure} />}
        <div>
          <Button type="submit" className="button button--main" isDisabled={busy}>
            {t('tokens.create')}
          </Button>
        </div>
      </Form>
      <div role="status">
        {secret && (
          <p>
            {t('tokens.secret')} <code className="access__secret">{secret}</code>
          </p>
        )}
      </div>
    </section>
  )
}

function TokenFacts({ token }: { token: TokenEntry }) {
  const { t, name, dateTime } = useI18n()
  const facts = [
    name('role', token.role),
    token.permissions?.join(', ') ?? '',
    token.revokedAt
      ? t('tokens.revoked', { at: dateTime(token.revokedAt) })
      : t('tokens.expires', { at: dateTime(token.expiresAt) }),
    token.madeBy === null ? t('tokens.madeByKey') : t('tokens.madeBy', { name: token.madeBy }),
    token.suspended && token.revokedAt === null ? t('tokens.suspended') : '',
    token.lastUsedAt ? t('tokens.used', { at: dateTime(token.lastUsedAt) }) : t('tokens.unused'),
  ]
  return (
    <div>
      <bdi className="access__name">{token.name}</bdi>
      <br />
      <span className="note">{facts.filter(Boolean).join(' · ')}</span>
    </div>
  )
}
