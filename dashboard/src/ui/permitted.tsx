import { useQuery } from '@tanstack/react-query'
import type { Permission } from '#model/access/roles.ts'
import { sessionQuery } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { setSignInOpen } from '../state/sign-in-dialog.ts'
import './permitted.css'

/** Says what is missing where the reader may not do something, and offers to sign in. Nothing where everything is permitted. */
export function MissingPermission({ to }: { to: Permission }) {
  const { t, name } = useI18n()
  const { data: session } = useQuery(sessionQuery)
  if (!session || session.permissions.includes(to)) return null
  const isSignedIn = session.kind !== 'anonymous'
  const role = name('role', session.role)
  return (
    <div className="permitted">
      <p className="note">{isSignedIn ? t('permitted.missing', { role }) : t('permitted.signIn')}</p>
      {!isSignedIn && (
        <button type="button" className="button" onClick={() => setSignInOpen(true)}>
          {t('session.signIn')}
        </button>
      )}
    </div>
  )
}
