import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useLayoutEffect } from 'react'
import { IntlProvider } from 'react-intl'
import { BUILT_IN_LANGUAGES, chooseLanguage, directionOf, localeOf } from '#model/text/languages.ts'
import { cityQuery } from '../http/city-query.ts'
import { useViewState } from '../state/use-view-state.ts'
import { languageWishes } from './language-choice.ts'
import { type Catalogues, loadMessages } from './load-messages.ts'

/** One chunk each; only that of the language is loaded. */
const CATALOGUES: Catalogues = {
  en: () => import('./en.json'),
  fr: () => import('./fr.json'),
  es: () => import('./es.json'),
  ar: () => import('./ar.json'),
  'zh-Hans': () => import('./zh-Hans.json'),
  ru: () => import('./ru.json'),
}

/**
 * The language of the page: `lang` of the address, else what was chosen earlier, else of the browser, else of the city.
 * Sets language and direction of the document; nothing is shown before the messages are there. The accessible controls get
 * the language in app/view-frame.tsx, because they are loaded later.
 */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [{ lang }] = useViewState()
  const city = useQuery(cityQuery).data
  const available = city?.languages.map(({ tag }) => tag) ?? BUILT_IN_LANGUAGES
  const tag = chooseLanguage({ ...languageWishes(lang), city: city?.language ?? null }, available)
  const own = city?.languages.find((one) => one.tag === tag)?.own ?? false
  const { data, isError } = useQuery({
    queryKey: ['messages', tag, own],
    queryFn: async () => ({
      tag,
      messages: await loadMessages({ catalogues: CATALOGUES, section: 'dashboard', tag, own }),
    }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  })
  const shown = data?.tag
  useLayoutEffect(() => {
    if (shown === undefined) return
    document.documentElement.lang = shown
    document.documentElement.dir = directionOf(shown)
  }, [shown])
  if (!data) return isError ? <Unloaded /> : null
  const locale = localeOf(data.tag)
  return (
    <IntlProvider key={data.tag} locale={locale} messages={data.messages}>
      {children}
    </IntlProvider>
  )
}

/** In English, because no message could be loaded. */
function Unloaded() {
  return (
    <main className="first-screen">
      <p role="alert">This page could not be loaded. Check the connection and load it again.</p>
    </main>
  )
}
