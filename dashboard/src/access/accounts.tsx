import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { z } from 'zod'
import { GRANTED_ROLES, type GrantedRole } from '#model/access/roles.ts'
import { type AccountEntry, accountCreated, accountSchema } from '#model/api/access.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import { placesOf } from './own-account.tsx'
import { accountsQuery, useAccessChange } from './queries.ts'
import './access.css'

/** `west, east` -> two keys; null where neither zones nor owners are named: everywhere. */
export function restrictionFrom(zones: string, owners: string) {
  const list = (text: string) => text.split(',').flatMap((part) => part.trim() || [])
  return zones.trim() === '' && owners.trim() === '' ? null : { zones: list(zones), owners: list(owners) }
}

/** The accounts of the city: create, change the role, disable, reset, delete. */
export function Accounts() {
  const { t, name } = useI18n()
  const { data, error } = useQuery(accountsQuery)
  const { send, busy, error: failure } = useAccessChange()
  const [shown, setShown] = useState<{ name: string; password: string } | null>(null)
  const show = (made: z.infer<typeof accountCreated> | undefined): boolean => {
    if (made) setShown({ name: made.name, password: made.temporaryPassword })
    return made !== undefined
  }
  const change = (id: string, body: object) => void send(accountSchema, 'PATCH', `/accounts/${id}`, body)
  return (
    <section aria-labelledby="accounts">
      <h2 id="accounts" className="access__heading">
        {t('accounts.title')}
      </h2>
      <p className="note">{t('accounts.lead')}</p>
      {error && <Problem error={error} />}
      <ul className="access__list">
        {data?.accounts.map((account) => (
          <li key={account.id} className="access__item">
            <AccountFacts account={account} />
            <div className="access__actions">
              <Choice
                label={t('access.role')}
                choices={GRANTED_ROLES.map((role) => ({ id: role, label: name('role', role) }))}
                value={account.role}
                onChange={(role) => change(account.id, { role })}
              />
              <Button
                className="button"
                isDisabled={busy}
                onPress={() => change(account.id, { disabled: !account.disabled })}
                aria-label={t(account.disabled ? 'accounts.enable.of' : 'accounts.disable.of', { name: account.name })}
              >
                {t(account.disabled ? 'accounts.enable' : 'accounts.disable')}
              </Button>
              <Button
                className="button"
                isDisabled={busy}
                onPress={() => void send(accountCreated, 'POST', `/accounts/${account.id}/reset`).then(show)}
                aria-label={t('accounts.reset.of', { name: account.name })}
              >
                {t('accounts.reset')}
              </Button>
              <Button
                className="button"
                isDisabled={busy}
                onPress={() => void send(z.object({ id: z.string() }), 'DELETE', `/accounts/${account.id}`)}
                aria-label={t('accounts.delete.of', { name: account.name })}
              >
                {t('accounts.delete')}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      {failure && <Problem error={failure} />}
      <NewAccount busy={busy} onCreate={async (body) => show(await send(accountCreated, 'POST', '/accounts', body))} />
      <div role="status">
        {shown && (
          <p>
            {t('accounts.password', { name: shown.name })} <code className="access__secret">{shown.password}</code>
          </p>
        )}
      </div>
    </section>
  )
}

function AccountFacts({ account }: { account: AccountEntry }) {
  const { t, dateTime } = useI18n()
  const facts = [
    account.disabled ? t('accounts.disabled') : '',
    account.secondFactor ? t('accounts.secondFactor') : '',
    account.identityProvider ?? '',
    account.signedInAt ? t('accounts.signedIn', { at: dateTime(account.signedInAt) }) : t('accounts.neverSignedIn'),
    account.restriction ? t('account.restricted', placesOf(account.restriction)) : '',
  ]
  return (
    <div>
      <bdi className="access__name">{account.name}</bdi>
      <br />
      <span className="note">{facts.filter(Boolean).join(' · ')}</span>
    </div>
  )
}

type NewAccountProps = { busy: boolean; onCreate: (body: object) => Promise<boolean> }

function NewAccount({ busy, onCreate }: NewAccountProps) {
  const { t, name } = useI18n()
  const [draft, setDraft] = useState({ name: '', zones: '', owners: '' })
  const [role, setRole] = useState<GrantedRole>('viewer')
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const restriction = restrictionFrom(draft.zones, draft.owners)
    if (await onCreate({ name: draft.name, role, restriction })) setDraft({ name: '', zones: '', owners: '' })
  }
  return (
    <Form className="access-form" onSubmit={(event) => void create(event)} aria-label={t('accounts.new')}>
      <h3>{t('accounts.new')}</h3>
      <TextEntry
        label={t('session.name')}
        value={draft.name}
        onChange={(text) => setDraft({ ...draft, name: text })}
        required
      />
      <Choice
        label={t('access.role')}
        choices={GRANTED_ROLES.map((id) => ({ id, label: name('role', id) }))}
        value={role}
        onChange={(id) => setRole(id as GrantedRole)}
      />
      <p className="note">{name('role.note', role)}</p>
      <TextEntry
        label={t('access.zones')}
        value={draft.zones}
        onChange={(zones) => setDraft({ ...draft, zones })}
        hint={t('access.zones.note')}
      />
      <TextEntry
        label={t('access.owners')}
        value={draft.owners}
        onChange={(owners) => setDraft({ ...draft, owners })}
        hint={t('access.owners.note')}
      />
      <div>
        <Button type="submit" className="button button--main" isDisabled={busy}>
          {t('accounts.create')}
        </Button>
      </div>
    </Form>
  )
}
