import { useI18n } from '../i18n/formatters.ts'
import { SignInForm } from './sign-in-form.tsx'
import './access.css'

/** The first page of a city whose data is not public. */
export default function SignInPage() {
  const { t } = useI18n()
  return (
    <section className="access-page" aria-labelledby="sign-in">
      <h2 id="sign-in">{t('session.signIn')}</h2>
      <p className="note">{t('session.private')}</p>
      {/* the live feed has to be opened again as well */}
      <SignInForm onDone={() => location.reload()} />
    </section>
  )
}
