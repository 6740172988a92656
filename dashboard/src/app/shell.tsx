import { useQueryClient } from '@tanstack/react-query'
import { Suspense, useEffect, useRef } from 'react'
import type { CityResponse } from '#model/api/city.ts'
import { useI18n } from '../i18n/formatters.ts'
import { LiveIndicator } from '../live/live-indicator.tsx'
import { useTheme } from '../state/theme.ts'
import { hrefOf, useViewState } from '../state/use-view-state.ts'
import { NAVIGATION, type ViewState } from '../state/view-state.ts'
import { ErrorBoundary } from '../ui/error-boundary.tsx'
import { Icon } from '../ui/icon.tsx'
import {
  AccessView,
  BriefView,
  CompareView,
  DesignView,
  IndicatorsView,
  LanguageMenu,
  MapView,
  NowView,
  OperationsView,
  PeopleView,
  RegistryView,
  ReportView,
  SessionMenu,
  WallView,
} from './views.ts'

/** The frame of every view: city, navigation, state of the live feed, and the view itself. */
export function Shell({ city }: { city: CityResponse }) {
  const [state] = useViewState()
  const { t } = useI18n()
  useReadAgainOnceLoaded(city.backfill)
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      <header className="bar">
        <div className="bar__title">
          <Icon name="mark" />
          <p className="bar__city">
            <span className="bar__product">{t('app.title')}</span> <span className="bar__name">{city.name}</span>
          </p>
          {city.simulated && (
            <span className="badge" title={t('shell.simulated.why')}>
              {t('shell.simulated')}
            </span>
          )}
        </div>
        <Navigation />
        <div className="bar__end">
          <LiveIndicator backfill={city.backfill} />
          <Suspense fallback={<span className="bar__later" />}>
            <LanguageMenu languages={city.languages} />
            <SessionMenu />
          </Suspense>
          <ThemeSwitch />
        </div>
      </header>
      <main id="main" tabIndex={-1} className={`view view--${state.view}`}>
        <ErrorBoundary key={state.view}>
          <Suspense fallback={<p className="loading">{t('app.loading')}</p>}>
            {state.view === 'map' && <MapView city={city} />}
            {state.view === 'now' && <NowView city={city} />}
            {state.view === 'brief' && <BriefView />}
            {state.view === 'compare' && <CompareView />}
            {state.view === 'indicators' && <IndicatorsView />}
            {state.view === 'people' && <PeopleView />}
            {state.view === 'report' && <ReportView />}
            {state.view === 'operations' && <OperationsView city={city} />}
            {state.view === 'registry' && <RegistryView />}
            {state.view === 'access' && <AccessView />}
            {state.view === 'design' && <DesignView />}
            {state.view === 'wall' && <WallView city={city} />}
          </Suspense>
        </ErrorBoundary>
      </main>
    </div>
  )
}

function Navigation() {
  const [state, change] = useViewState()
  const { t } = useI18n()
  return (
    <nav className="nav" aria-label={t('nav.label')}>
      {NAVIGATION.map((view) => (
        <a
          key={view}
          className="nav__link"
          href={hrefOf({ ...state, view, select: null })}
          aria-current={state.view === view ? 'page' : undefined}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return
            event.preventDefault()
            change({ view, select: null })
          }}
        >
          <Icon name={view} />
          {t(`nav.${view}`)}
        </a>
      ))}
    </nav>
  )
}

const NEXT: Record<'light' | 'dark', ViewState['theme']> = { light: 'dark', dark: 'light' }

function ThemeSwitch() {
  const scheme = useTheme()
  const [, change] = useViewState()
  const { t } = useI18n()
  return (
    <button
      type="button"
      className="button button--icon"
      aria-label={t(scheme === 'light' ? 'shell.theme.dark' : 'shell.theme.light')}
      onClick={() => change({ theme: NEXT[scheme] }, 'replace')}
    >
      <Icon name={scheme === 'light' ? 'moon' : 'sun'} />
    </button>
  )
}

/** What was read while a history was being loaded is incomplete: it is read again once the history is there. */
function useReadAgainOnceLoaded(backfill: number | null): void {
  const client = useQueryClient()
  const wasLoading = useRef(false)
  useEffect(() => {
    const isLoading = backfill !== null && backfill < 1
    if (wasLoading.current && !isLoading)
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'city' })
    wasLoading.current = isLoading
  }, [client, backfill])
}
