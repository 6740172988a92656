import { useQuery } from '@tanstack/react-query'
import { type MouseEvent, useMemo, useState } from 'react'
import { Button } from 'react-aria-components'
import { incidentsQuery } from '../../http/incidents.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { useNow } from '../../live/use-live.ts'
import { type Playback, SPAN_HOURS, startPlayback } from '../../state/playback-address.ts'
import { changeView } from '../../state/use-view-state.ts'
import type { PlaybackControl } from '../playback/use-playback.ts'
import { gapItems, incidentItems, placeOf, type RibbonItem, type Window } from './ribbon-items.ts'
import { RibbonTable } from './ribbon-table.tsx'
import './time-ribbon.css'

const HOUR_MS = 3_600_000
/** Without playback: the last week. */
const SPAN = '7d'

/** Below the map, always: events, outages and gaps of the last week, or of the window that is played back. A click goes to that time. */
export function TimeRibbon({ control }: { control: PlaybackControl | null }) {
  const { t, dateTime } = useI18n()
  const [isListed, setListed] = useState(false)
  const now = useNow(60_000)
  const playback = control?.playback ?? null
  const window = useMemo(() => windowOf(playback, now), [playback, now])
  const items = useItems(control, window, now)
  const seek = (time: number): void => goTo(playback, time, now)
  const onClick = (event: MouseEvent<HTMLElement>): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    seek(window.from + ((event.clientX - left) / width) * (window.to - window.from))
  }
  const shown = playback && (playback.time - window.from) / (window.to - window.from)
  return (
    <section className="ribbon" aria-label={t('ribbon.label')}>
      <div className="ribbon__row">
        <div className="ribbon__line" dir="ltr">
          <span className="ribbon__end">{dateTime(window.from)}</span>
          {/* the table next to it has the same, for the keyboard and for those who hear the page */}
          <div className="ribbon__strip" aria-hidden="true" onClick={onClick}>
            {items.map((item) => (
              <Mark key={item.id} item={item} window={window} />
            ))}
            {shown !== null && <span className="ribbon__now" style={{ insetInlineStart: `${100 * shown}%` }} />}
          </div>
          <span className="ribbon__end">{dateTime(window.to)}</span>
        </div>
        <Button className="button button--small" aria-expanded={isListed} onPress={() => setListed(!isListed)}>
          {t('ribbon.list', { n: items.length })}
        </Button>
      </div>
      {isListed && <RibbonTable items={items} onSeek={seek} />}
    </section>
  )
}

function Mark({ item, window }: { item: RibbonItem; window: Window }) {
  const { t, dateTime } = useI18n()
  const { at, length } = placeOf(item, window)
  const what = item.name || t(`ribbon.kind.${item.kind}`)
  return (
    <span
      className={`ribbon__mark ribbon__mark--${item.kind} ribbon__mark--${item.severity ?? 'none'}`}
      style={{ insetInlineStart: `${100 * at}%`, inlineSize: `${100 * length}%` }}
      title={`${what}\n${dateTime(item.start)}`}
    />
  )
}

function windowOf(playback: Playback | null, now: number): Window {
  const to = playback ? playback.until : Math.ceil(now / HOUR_MS) * HOUR_MS
  return { from: to - SPAN_HOURS[playback ? playback.span : SPAN] * HOUR_MS, to }
}

/** Starts playback, or moves it, and stays at the time. */
function goTo(playback: Playback | null, time: number, now: number): void {
  const begun = playback ?? startPlayback(now, SPAN)
  const { from, to } = windowOf(begun, now)
  changeView({ playback: { ...begun, time: Math.min(Math.max(time, from), to) } }, playback ? 'replace' : 'push')
}

const REFETCH_MS = 60_000

function useItems(control: PlaybackControl | null, window: Window, now: number): readonly RibbonItem[] {
  const i18n = useI18n()
  const open = useQuery({ ...incidentsQuery('open'), refetchInterval: REFETCH_MS }).data
  const closed = useQuery({ ...incidentsQuery('closed'), refetchInterval: REFETCH_MS }).data
  const frames = control?.frames
  return useMemo(() => {
    const incidents = [...(open?.incidents ?? []), ...(closed?.incidents ?? [])]
    const gaps = frames ? gapItems(frames.edges, frames.filled, now) : []
    return [...gaps, ...incidentItems(incidents, window, i18n)].toSorted((a, b) => a.start - b.start)
  }, [open, closed, frames, window, now, i18n])
}
