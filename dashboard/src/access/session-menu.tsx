import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components'
import { signedOut } from '#model/api/access.ts'
import { change } from '../http/client.ts'
import { sessionQuery } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { setSignInOpen, useSignInOpen } from '../state/sign-in-dialog.ts'
import { useViewState } from '../state/use-view-state.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { PasswordForm } from './password-form.tsx'
import { SignInForm } from './sign-in-form.tsx'
import './access.css'

/** Who has signed in, with the way to the account and out; or the button to sign in. */
export default function SessionMenu() {
  const { t, name } = useI18n()
  const client = useQueryClient()
  const [, changeView] = useViewState()
  const isOpen = useSignInOpen()
  const { data: session } = useQuery(sessionQuery)
  if (!session) return null
  const signOut = async (): Promise<void> => {
    const { continueAt } = await change(signedOut, 'DELETE', '/session', undefined)
    if (continueAt !== null) return location.assign(continueAt)
    if (!session.publicAccess) return location.reload()
    await client.resetQueries({ queryKey: ['session'] })
    await client.invalidateQueries()
  }
  if (session.kind === 'anonymous')
    return (
      <>
        <Button
          className="button session-menu session-menu--anonymous"
          aria-label={t('session.signIn')}
          onPress={() => setSignInOpen(true)}
        >
          <Icon name="account" />
          <span className="session-menu__name">{t('session.signIn')}</span>
        </Button>
        {isOpen && (
          <FormDialog title={t('session.signIn')} onClose={() => setSignInOpen(false)}>
            <SignInForm onDone={() => setSignInOpen(false)} />
          </FormDialog>
        )}
      </>
    )
  const who = session.kind === 'key' ? t('session.key') : session.name
  return (
    <>
      <MenuTrigger>
        <Button className="button session-menu" aria-label={t('session.menu', { name: who })}>
          <Icon name="account" />
          <span className="session-menu__name">{who}</span>
        </Button>
        <Popover className="popover" placement="bottom end">
          <div className="session-menu__who">
            <bdi>{who}</bdi> <span className="note">{name('role', session.role)}</span>
          </div>
          <Menu className="options" aria-label={t('session.menu', { name: who })}>
            <MenuItem className="option" onAction={() => changeView({ view: 'access', select: null })}>
              {t('access.title')}
            </MenuItem>
            <MenuItem className="option" onAction={() => void signOut()}>
              {t('session.signOut')}
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      {session.mustChangePassword && (
        <FormDialog title={t('account.password.first')} onClose={() => void signOut()}>
          <PasswordForm onDone={() => void client.invalidateQueries()} />
        </FormDialog>
      )}
    </>
  )
}
