import '@fontsource-variable/inter/index.css'
import '../ui/styles/tokens.css'
import '../ui/styles/base.css'
import '../ui/styles/controls.css'
import '../ui/styles/public.css'
import { type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { type CityResponse, cityResponse } from '#model/api/city.ts'
import type { LanguageSection } from '#model/city/language-file.ts'
import { BUILT_IN_LANGUAGES, chooseLanguage, directionOf } from '#model/text/languages.ts'
import { get } from '../http/client.ts'
import { languageWishes } from '../i18n/language-choice.ts'
import { type Catalogues, loadMessages, loadOwnMessages } from '../i18n/load-messages.ts'
import { createPageI18n, type PageI18n, PageI18nContext } from './i18n.ts'

/**
 * Opens a page for residents: reads the city, sets language and direction, loads messages and data, then shows the page.
 * Light or dark follows the device.
 */
export async function boot<T>(page: {
  readonly messages: Catalogues
  readonly section: LanguageSection
  readonly load: () => Promise<T>
  readonly title: (i18n: PageI18n, city: CityResponse) => string
  readonly show: (city: CityResponse, loaded: T) => ReactNode
}): Promise<void> {
  const element = document.getElementById('root')
  if (!element) throw new Error('the page has no #root')
  followTheme()
  const root = createRoot(element)
  const loading = page.load()
  loading.catch(() => {}) // answered below, once there are words for it
  const city = await get(cityResponse, '/city').catch(reported)
  const i18n = await openLanguage(page, city)
  const render = (content: ReactNode): void =>
    root.render(
      <StrictMode>
        <PageI18nContext value={i18n}>{content}</PageI18nContext>
      </StrictMode>,
    )
  render(<Notice text={i18n.t('page.loading')} />)
  const loaded = await loading.catch(reported)
  if (city === null || loaded === null) {
    render(<Notice text={i18n.t('page.unreachable')} />)
    return
  }
  document.title = page.title(i18n, city)
  render(page.show(city, loaded))
}

const reported = (error: unknown): null => {
  console.error(error)
  return null
}

type Page = { readonly messages: Catalogues; readonly section: LanguageSection }

/** Without an answer of the city: one of the languages that Citywell brings. */
async function openLanguage({ messages, section }: Page, city: CityResponse | null): Promise<PageI18n> {
  const requested = new URLSearchParams(window.location.search).get('lang')
  const available = city?.languages.map(({ tag }) => tag) ?? BUILT_IN_LANGUAGES
  const tag = chooseLanguage({ ...languageWishes(requested), city: city?.language ?? null }, available)
  const own = city?.languages.find((one) => one.tag === tag)?.own ?? false
  document.documentElement.lang = tag
  document.documentElement.dir = directionOf(tag)
  const brought = await loadMessages({ catalogues: messages, tag })
  return createPageI18n(tag, { ...brought, ...(own && (await loadOwnMessages(tag, section))) })
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
