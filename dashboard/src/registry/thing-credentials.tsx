import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { z } from 'zod'
import { credentialsResponse, issuedResponse } from '#model/api/devices.ts'
import type { RegistryThing } from '#model/api/registry.ts'
import { get } from '../http/client.ts'
import { useChange } from '../http/registry.ts'
import { usePermission } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './form.css'
import './registry-view.css'

/** Credentials of a device for the broker: issues them, showing the secret once, and revokes them. */
export function ThingCredentials({ thing, onClose }: { readonly thing: RegistryThing; readonly onClose: () => void }) {
  const { t, dateTime } = useI18n()
  const isPermitted = usePermission('registry')
  const { send, ready, error } = useChange('registry')
  const [note, setNote] = useState('')
  const [issued, setIssued] = useState<z.infer<typeof issuedResponse> | null>(null)
  const path = `/registry/things/${encodeURIComponent(thing.key)}/credentials`
  const list = useQuery({
    queryKey: ['registry', 'credentials', thing.key],
    queryFn: ({ signal }) => get(credentialsResponse, path, {}, signal),
    enabled: isPermitted,
    retry: false,
  })
  const issue = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setIssued((await send(issuedResponse, 'POST', path, { note })) ?? null)
  }
  const revoke = (id: number): void => void send(z.undefined(), 'DELETE', `/registry/credentials/${id}`)
  return (
    <FormDialog title={t('credentials.title', { thing: thing.name })} onClose={onClose}>
      <MissingPermission to="registry" />
      <p className="note">{t('credentials.note')}</p>
      {list.error && <Problem error={list.error} retry={list.refetch} />}
      <ul className="registry__list" aria-label={t('credentials.title', { thing: thing.name })}>
        {list.data?.credentials.map((credential) => (
          <li key={credential.id} className="registry__thing">
            <div>
              <p className="registry__name">
                <code>{credential.username}</code> {credential.note}
              </p>
              <p className="note">
                {t('credentials.facts', {
                  topics: credential.topics.join(', '),
                  since: dateTime(credential.createdAt),
                })}
              </p>
            </div>
            <div className="registry__actions">
              <Button
                className="button"
                isDisabled={!ready}
                onPress={() => revoke(credential.id)}
                aria-label={t('credentials.revoke.of', { name: credential.username })}
              >
                {t('credentials.revoke')}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <Form className="form" onSubmit={(event) => void issue(event)}>
        <TextEntry label={t('credentials.about')} value={note} onChange={setNote} />
        <Button type="submit" className="button button--main" isDisabled={!ready}>
          {t('credentials.issue')}
        </Button>
      </Form>
      <div role="status">
        {issued && (
          <>
            <p>{t('credentials.once')}</p>
            <p>
              <code className="registry__key">
                {issued.username} {issued.secret}
              </code>
            </p>
          </>
        )}
      </div>
      {error && <Problem error={error} />}
    </FormDialog>
  )
}
