import { keepPreviousData, queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { type ReactNode, useLayoutEffect, useMemo } from 'react'
import { IntlProvider, useIntl } from 'react-intl'
import { BUILT_IN_LANGUAGES, chooseLanguage, directionOf, localeOf } from '#model/text/languages.ts'
import { cityQuery } from '../http/city-query.ts'
import { useViewState } from '../state/use-view-state.ts'
import { FRAME_MESSAGES, VIEW_MESSAGES } from './catalogues.ts'
import { languageWishes } from './language-choice.ts'
import { loadMessages, loadOwnMessages } from './load-messages.ts'

/**
 * The language of the page: `lang` of the address, else what was chosen earlier, else of the browser, else of the city.
 * Sets language and direction of the document; nothing is shown before the messages of the frame are there, and no view before its own. The accessible controls get
 * the language in app/view-frame.tsx, because they are loaded later.
 */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [{ lang }] = useViewState()
  const city = useQuery(cityQuery).data
  const available = city?.languages.map(({ tag }) => tag) ?? BUILT_IN_LANGUAGES
  const tag = chooseLanguage({ ...languageWishes(lang), city: city?.language ?? null }, available)
  const own = city?.languages.find((one) => one.tag === tag)?.own ?? false
  const frame = useQuery({ ...frameMessagesQuery(tag, own), placeholderData: keepPreviousData })
  const shown = frame.data?.tag
  const views = useQuery(viewMessagesQuery(shown ?? tag)).data
  useLayoutEffect(() => {
    if (shown === undefined) return
    document.documentElement.lang = shown
    document.documentElement.dir = directionOf(shown)
  }, [shown])
  // what the city has comes last
  const messages = useMemo(() => ({ ...frame.data?.brought, ...views, ...frame.data?.own }), [frame.data, views])
  if (shown === undefined) return frame.isError ? <Unloaded /> : null
  return (
    <IntlProvider key={shown} locale={localeOf(shown)} messages={messages}>
      {children}
    </IntlProvider>
  )
}

/** Suspends until the messages of the views are there. */
export function useViewMessages(): void {
  const locale = useIntl().locale
  useSuspenseQuery(viewMessagesQuery(locale.split('-u-')[0] ?? locale))
}

const forGood = { staleTime: Number.POSITIVE_INFINITY, gcTime: Number.POSITIVE_INFINITY }

const frameMessagesQuery = (tag: string, own: boolean) =>
  queryOptions({
    queryKey: ['messages', 'frame', tag, own],
    queryFn: async () => {
      const [brought, added] = await Promise.all([
        loadMessages({ catalogues: FRAME_MESSAGES, tag }),
        own ? loadOwnMessages(tag, 'dashboard') : {},
      ])
      return { tag, brought, own: added }
    },
    ...forGood,
  })

const viewMessagesQuery = (tag: string) =>
  queryOptions({
    queryKey: ['messages', 'views', tag],
    queryFn: () => loadMessages({ catalogues: VIEW_MESSAGES, tag }),
    ...forGood,
  })

/** In English, because no message could be loaded. */
function Unloaded() {
  return (
    <main className="first-screen">
      <p role="alert">This page could not be loaded. Check the connection and load it again.</p>
    </main>
  )
}
