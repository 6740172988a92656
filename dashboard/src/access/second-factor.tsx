import { type FormEvent, type ReactNode, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { encode } from 'uqr'
import { type OwnAccount, recoveryCodes, sessionsEnded, totpSetup } from '#model/api/access.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import { SecretEntry } from '../ui/secret-entry.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import { useAccessChange } from './queries.ts'
import './access.css'

type Setup = { readonly secret: string; readonly uri: string }

/** Sets up, confirms and switches off the second factor; shows recovery codes once. */
export function SecondFactor({ account }: { account: OwnAccount }) {
  const { t } = useI18n()
  const { send, busy, error } = useAccessChange()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [setup, setSetup] = useState<Setup | null>(null)
  const [codes, setCodes] = useState<readonly string[]>([])
  const clear = (): void => {
    setPassword('')
    setCode('')
    setSetup(null)
  }
  const begin = async (): Promise<void> => {
    const made = await send(totpSetup, 'POST', '/account/totp', { password })
    if (made) setSetup(made)
  }
  const confirm = async (): Promise<void> => {
    const made = await send(recoveryCodes, 'PUT', '/account/totp', { code })
    if (!made) return
    clear()
    setCodes(made.codes)
  }
  const switchOff = async (): Promise<void> => {
    if (await send(sessionsEnded, 'DELETE', '/account/totp', { password, code })) clear()
  }
  const renew = async (): Promise<void> => {
    const made = await send(recoveryCodes, 'POST', '/account/recovery-codes', { password, code })
    if (!made) return
    clear()
    setCodes(made.codes)
  }
  const passwordEntry = <SecretEntry label={t('session.password')} value={password} onChange={setPassword} />
  const codeEntry = (
    <TextEntry label={t('session.code')} value={code} onChange={setCode} required autoComplete="one-time-code" />
  )
  return (
    <div>
      <h3>{t('totp.title')}</h3>
      {account.secondFactor ? (
        <Step onSubmit={switchOff} busy={busy} action={t('totp.off')}>
          <p>{t('totp.on', { n: account.recoveryCodes })}</p>
          {passwordEntry}
          {codeEntry}
          <div>
            <Button className="button" isDisabled={busy} onPress={() => void renew()}>
              {t('totp.renew')}
            </Button>
          </div>
        </Step>
      ) : setup ? (
        <Step onSubmit={confirm} busy={busy} action={t('totp.confirm')}>
          <p>{t('totp.scan')}</p>
          <QrCode text={setup.uri} label={t('totp.qr')} />
          <p>
            {t('totp.secret')} <code className="access__secret">{setup.secret.match(/.{4}/g)?.join(' ')}</code>
          </p>
          {codeEntry}
        </Step>
      ) : (
        <Step onSubmit={begin} busy={busy} action={t('totp.begin')}>
          <p className="note">{t('totp.lead')}</p>
          {passwordEntry}
        </Step>
      )}
      {error && <Problem error={error} />}
      {codes.length > 0 && (
        <div role="status">
          <p>{t('totp.codes')}</p>
          <ul className="access__codes">
            {codes.map((one) => (
              <li key={one}>
                <code>{one}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}

type StepProps = { onSubmit: () => Promise<void>; busy: boolean; action: string; children: ReactNode }

function Step({ onSubmit, busy, action, children }: StepProps) {
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void onSubmit()
  }
  return (
    <Form className="access-form" onSubmit={submit}>
      {children}
      <div>
        <Button type="submit" className="button button--main" isDisabled={busy}>
          {action}
        </Button>
      </div>
    </Form>
  )
}

/** Dark on light in every theme: scanners expect it. */
function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: 2 })
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return (
    <svg
      className="access__qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={path} />
    </svg>
  )
}
