import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { Suspense, useEffect, useMemo, useState } from 'react'
import { useIntl } from 'react-intl'
import { cityQuery } from '../http/city-query.ts'
import { ApiProblem, apiPath } from '../http/client.ts'
import { createFormatters, FormattersContext } from '../i18n/formatters.ts'
import { LanguageProvider } from '../i18n/language-provider.tsx'
import { createLiveStore, type LiveStore } from '../live/live-store.ts'
import { LiveContext } from '../live/use-live.ts'
import { useTheme } from '../state/theme.ts'
import { Problem } from '../ui/problem.tsx'
import { Shell } from './shell.tsx'
import { SignInPage } from './views.ts'

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // a request refused with 4xx will be refused again; only failures of server or network are retried
      retry: (failures, error) =>
        failures < 2 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: false,
    },
  },
})

export function App() {
  return (
    <QueryClientProvider client={client}>
      <LanguageProvider>
        <CityApp />
      </LanguageProvider>
    </QueryClientProvider>
  )
}

/** Loads the city first, because its time zone is needed to format every date. */
function CityApp() {
  useTheme()
  const city = useQuery(cityQuery)
  const intl = useIntl()
  const timeZone = city.data?.timeZone ?? 'UTC'
  const i18n = useMemo(() => createFormatters(intl, timeZone), [intl, timeZone])
  const store = useLiveStore()
  const name = city.data?.name
  useEffect(() => {
    document.title = name ? i18n.t('app.title.city', { city: name }) : i18n.t('app.title')
  }, [name, i18n])
  if (!city.data || !store) {
    return (
      <FormattersContext value={i18n}>
        <main className="first-screen">
          <h1>{i18n.t('app.title')}</h1>
          {city.error instanceof ApiProblem && city.error.status === 401 ? (
            <Suspense fallback={<p role="status">{i18n.t('app.loading')}</p>}>
              <SignInPage />
            </Suspense>
          ) : city.error ? (
            <Problem error={city.error} retry={city.refetch} />
          ) : (
            <p role="status">{i18n.t('app.loading')}</p>
          )}
        </main>
      </FormattersContext>
    )
  }
  return (
    <FormattersContext value={i18n}>
      <LiveContext value={store}>
        <Shell city={city.data} />
      </LiveContext>
    </FormattersContext>
  )
}

function useLiveStore(): LiveStore | null {
  const [store, setStore] = useState<LiveStore | null>(null)
  useEffect(() => {
    const opened = createLiveStore(apiPath('/live'))
    setStore(opened)
    return () => opened.close()
  }, [])
  return store
}
