import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { type OwnAccount as Account, sessionsEnded } from '#model/api/access.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import { PasswordForm } from './password-form.tsx'
import { accountQuery, useAccessChange } from './queries.ts'
import { SecondFactor } from './second-factor.tsx'
import './access.css'

/** Password, second factor and sessions of whoever has signed in. */
export function OwnAccount() {
  const { t } = useI18n()
  const { data: account, error } = useQuery(accountQuery)
  const [done, setDone] = useState('')
  if (error) return <Problem error={error} />
  if (!account) return null
  return (
    <section aria-labelledby="own-account">
      <h2 id="own-account" className="access__heading">
        {t('account.title', { name: account.name })}
      </h2>
      {account.restriction && <p className="note">{t('account.restricted', placesOf(account.restriction))}</p>}
      <div className="access__columns">
        {account.hasPassword && (
          <div>
            <h3>{t('account.password')}</h3>
            <PasswordForm onDone={() => setDone(t('account.password.done'))} />
            <p role="status">{done}</p>
          </div>
        )}
        {account.hasPassword && <SecondFactor account={account} />}
        <Sessions sessions={account.sessions} />
      </div>
    </section>
  )
}

/** Zones and owners as the messages show them. */
export const placesOf = ({ zones, owners }: NonNullable<Account['restriction']>) => ({
  zones: zones.join(', ') || '–',
  owners: owners.join(', ') || '–',
})

function Sessions({ sessions }: Pick<Account, 'sessions'>) {
  const { t, dateTime } = useI18n()
  const client = useQueryClient()
  const { send, busy, error } = useAccessChange()
  const end = async (): Promise<void> => {
    if (await send(sessionsEnded, 'DELETE', '/account/sessions')) await client.invalidateQueries()
  }
  return (
    <div>
      <h3>{t('account.sessions')}</h3>
      <ul className="access__list">
        {sessions.map(({ device, createdAt, lastUsedAt, isCurrent }) => (
          <li key={`${createdAt} ${device}`}>
            {device || t('account.session.unknown')}
            {isCurrent && <span className="badge">{t('account.session.current')}</span>}
            <br />
            <span className="note">
              {t('account.session', { since: dateTime(createdAt), used: dateTime(lastUsedAt) })}
            </span>
          </li>
        ))}
      </ul>
      {error && <Problem error={error} />}
      <Button className="button" isDisabled={busy} onPress={() => void end()}>
        {t('account.sessions.end')}
      </Button>
    </div>
  )
}
