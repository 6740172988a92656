import { useQuery } from '@tanstack/react-query'
import type { CityResponse } from '#model/api/city.ts'
import { alertingStatusQuery } from '../http/incidents.ts'
import { scoreboardQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { LiveIndicator } from '../live/live-indicator.tsx'
import { useNow } from '../live/use-live.ts'
import { hrefOf, useViewState } from '../state/use-view-state.ts'
import { type Rotation, useRotation, useWakeLock } from './rotation.ts'
import { WallIncidents } from './wall-incidents.tsx'
import { WallIndicators } from './wall-indicators.tsx'
import { WallMap } from './wall-map.tsx'
import './wall.css'

/** For a screen on a wall: map, incidents and key indicators, one after the other, large, without anybody at it. */
export default function WallView({ city }: { city: CityResponse }) {
  const { t } = useI18n()
  const rotation = useRotation()
  useWakeLock()
  // ready when their turn comes
  useQuery(scoreboardQuery(useViewState()[0].period))
  const { slide } = rotation
  return (
    <div className="wall">
      <header className="wall__head">
        <p className="wall__city">
          {city.name}
          {city.simulated && <span className="badge">{t('shell.simulated')}</span>}
        </p>
        <Clock />
        <LiveIndicator backfill={city.backfill} />
      </header>
      <AlertingWarning />
      <section className="wall__slides" aria-label={t(`wall.${slide}`)}>
        <h1 className="wall__title">{t(`wall.${slide}`)}</h1>
        {/* the map stays, because a drawing context for each rotation of a day would be too many */}
        <div className="wall__slide" hidden={slide !== 'map'}>
          <WallMap city={city} isShown={slide === 'map'} />
        </div>
        {slide === 'now' && <WallIncidents />}
        {slide === 'indicators' && <WallIndicators />}
      </section>
      <Controls {...rotation} />
    </div>
  )
}

function Clock() {
  const { dateTime } = useI18n()
  const now = useNow(1_000)
  return <p className="wall__clock">{dateTime(now)}</p>
}

/** A quiet screen must not hide that nothing is evaluated. */
function AlertingWarning() {
  const { t } = useI18n()
  const { data } = useQuery(alertingStatusQuery)
  return data?.engine === 'idle' ? <p className="wall__warning">{t('now.engine.idle')}</p> : null
}

function Controls({ isPaused, isStill, setPaused, next }: Rotation) {
  const { t } = useI18n()
  const [state] = useViewState()
  return (
    <footer className="wall__controls">
      <button type="button" className="button" onClick={() => setPaused(!isPaused)}>
        {t(isPaused ? 'wall.resume' : 'wall.pause')}
      </button>
      <button type="button" className="button" onClick={next}>
        {t('wall.next')}
      </button>
      <button
        type="button"
        className="button"
        onClick={() => void document.documentElement.requestFullscreen?.().catch(() => {})}
      >
        {t('wall.fullScreen')}
      </button>
      <a className="button" href={hrefOf({ ...state, view: 'now' })}>
        {t('wall.leave')}
      </a>
      <p className="note" role="status">
        {isStill ? t('wall.still') : isPaused ? t('wall.paused') : ''}
      </p>
    </footer>
  )
}
