import { useQuery } from '@tanstack/react-query'
import { sessionQuery } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { setSignInOpen } from '../state/sign-in-dialog.ts'
import { Accounts } from './accounts.tsx'
import { AuditLog } from './audit-log.tsx'
import { OwnAccount } from './own-account.tsx'
import { Tokens } from './tokens.tsx'
import './access.css'

/** Own account; for administrators accounts and tokens; for auditors the audit log. */
export default function AccessView() {
  const { t, name } = useI18n()
  const { data: session } = useQuery(sessionQuery)
  if (!session) return <p className="loading">{t('app.loading')}</p>
  const has = (permission: (typeof session.permissions)[number]): boolean => session.permissions.includes(permission)
  return (
    <div className="access">
      <h1 className="page-title">{t('access.title')}</h1>
      {session.kind === 'anonymous' ? (
        <>
          <p className="lead">{t('access.anonymous')}</p>
          <button type="button" className="button button--main" onClick={() => setSignInOpen(true)}>
            {t('session.signIn')}
          </button>
        </>
      ) : (
        <p className="lead">{t('access.lead', { role: name('role', session.role) })}</p>
      )}
      {session.kind === 'account' && <OwnAccount />}
      {has('administer') && <Accounts />}
      {has('administer') && <Tokens />}
      {has('audit') && <AuditLog />}
    </div>
  )
}
