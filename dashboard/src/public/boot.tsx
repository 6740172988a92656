import '@fontsource-variable/inter/index.css'
import '../ui/styles/tokens.css'
import '../ui/styles/base.css'
import '../ui/styles/controls.css'
import '../ui/styles/public.css'
import { type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { VoiceLanguage } from '#model/voices/voice.ts'
import { chooseLanguage, createPageI18n, LANGUAGES, type Messages, type PageI18n, PageI18nContext } from './i18n.ts'

/**
 * Opens a page for residents: sets language and direction, loads messages and data, then shows the page. Light or dark
 * follows the device.
 */
export async function boot<T>(page: {
  readonly messages: Readonly<Record<VoiceLanguage, () => Promise<{ default: Messages }>>>
  readonly load: (i18n: PageI18n) => Promise<T>
  readonly title: (i18n: PageI18n, loaded: T) => string
  readonly show: (loaded: T) => ReactNode
}): Promise<void> {
  const element = document.getElementById('root')
  if (!element) throw new Error('the page has no #root')
  followTheme()
  const language = chooseLanguage(window.location.search, navigator.languages)
  document.documentElement.lang = language
  document.documentElement.dir = LANGUAGES[language].direction
  const i18n = createPageI18n(language, (await page.messages[language]()).default)
  const root = createRoot(element)
  const render = (content: ReactNode): void =>
    root.render(
      <StrictMode>
        <PageI18nContext value={i18n}>{content}</PageI18nContext>
      </StrictMode>,
    )
  render(<Notice text={i18n.t('page.loading')} />)
  try {
    const loaded = await page.load(i18n)
    document.title = page.title(i18n, loaded)
    render(page.show(loaded))
  } catch (error) {
    console.error(error)
    render(<Notice text={i18n.t('page.unreachable')} />)
  }
}

function Notice({ text }: { text: string }) {
  return (
    <main className="public">
      <p role="status">{text}</p>
    </main>
  )
}

function followTheme(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)')
  const set = (): void => {
    document.documentElement.dataset['theme'] = dark.matches ? 'dark' : 'light'
  }
  dark.addEventListener('change', set)
  set()
}
