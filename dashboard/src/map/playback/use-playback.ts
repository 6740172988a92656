import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { airHistoryQuery, historyQuery } from '../../http/queries.ts'
import { type Playback, windowOf } from '../../state/playback-address.ts'
import { changeView, useViewState } from '../../state/use-view-state.ts'
import type { Frame } from '../layer-model/model.ts'
import { type Film, filmOf, frameIndex, indexFilmOf, needOf } from './film.ts'

/**
 * Playback, outside the layers. States: off (no moment in the address) -> paused <-> playing; playing ends at the last
 * frame. While it plays the moment is kept here and written to the address now and then: browsers refuse an address
 * that changes with every frame.
 */
export type PlaybackControl = {
  readonly playback: Playback
  readonly film: Film | null
  readonly index: number
  readonly frame: Frame | null
  readonly playable: boolean
  readonly playing: boolean
  readonly loading: boolean
  readonly problem: Error | null
  readonly retry: () => unknown
  readonly toggle: () => void
  readonly seek: (index: number) => void
}

const WRITE_MS = 2000
/** While its history is being fetched a layer shows no values, rather than those of now. */
const BLANK: Omit<Frame, 'from' | 'to'> = {
  n: null,
  latestOf: () => null,
  samplesOf: () => [],
  thingsOf: (things) => things,
  zonesOf: (zones) => zones,
}

export function usePlayback(): PlaybackControl | null {
  const [{ layer, measure, playback }] = useViewState()
  const need = useMemo(() => (playback ? needOf(layer, measure) : null), [playback, layer, measure])
  const { film, loading, problem, retry } = useFilm(need, playback)
  const [time, setTime] = useState(playback?.time ?? 0)
  const [playing, setPlaying] = useState(false)
  useEffect(() => {
    if (playback) setTime(playback.time)
    else setPlaying(false)
  }, [playback])
  const index = film ? frameIndex(film.edges, time) : 0
  const frame = useMemo((): Frame | null => {
    if (!need) return null
    return film ? film.frameAt(index) : { ...BLANK, from: time, to: time }
  }, [need, film, index, time])

  const seek = useCallback(
    (to: number) => {
      const edge = film?.edges[to]
      if (!playback || edge === undefined) return
      setTime(edge)
      changeView({ playback: { ...playback, time: edge } }, 'replace')
    },
    [film, playback],
  )
  const toggle = useCallback(() => {
    const last = (film?.edges.length ?? 0) - 2
    if (!playing && index >= last) seek(0)
    if (playing) seek(index)
    setPlaying(!playing)
  }, [film, index, playing, seek])
  useTicking(playing ? film : null, {
    index,
    speed: playback?.speed ?? 1,
    setTime,
    seek,
    stop: () => setPlaying(false),
  })

  if (!playback) return null
  return { playback, film, index, frame, playable: need !== null, playing, loading, problem, retry, toggle, seek }
}

function useFilm(need: ReturnType<typeof needOf>, playback: Playback | null) {
  const window = useMemo(
    () => (playback ? { ...windowOf(playback), every: playback.step } : { from: '', to: '', every: '' }),
    [playback],
  )
  const properties = need?.kind === 'properties' ? need.properties : []
  const [scheme, by] = need?.kind === 'index' ? [need.scheme, need.by] : ['', '']
  const history = useQuery({ ...historyQuery(properties, window), enabled: need?.kind === 'properties' })
  const index = useQuery({ ...airHistoryQuery(scheme, by, window), enabled: need?.kind === 'index' })
  const answer = need?.kind === 'index' ? index : history
  const film = useMemo(() => {
    if (need?.kind === 'index') return index.data ? indexFilmOf(index.data) : null
    return need && history.data ? filmOf(history.data) : null
  }, [need, index.data, history.data])
  return { film, loading: answer.isFetching, problem: need ? answer.error : null, retry: answer.refetch }
}

type Ticking = {
  readonly index: number
  /** frames a second */
  readonly speed: number
  readonly setTime: (time: number) => void
  readonly seek: (index: number) => void
  readonly stop: () => void
}

/** Moves on by a frame at every tick, to the end of the film. */
function useTicking(film: Film | null, ticking: Ticking): void {
  const latest = useRef(ticking)
  latest.current = ticking
  const written = useRef(0)
  const { speed } = ticking
  useEffect(() => {
    if (!film) return
    const timer = setInterval(() => {
      const { index, setTime, seek, stop } = latest.current
      const next = Math.min(index + 1, film.edges.length - 2)
      const ended = next === film.edges.length - 2
      if (ended || Date.now() - written.current > WRITE_MS) {
        written.current = Date.now()
        seek(next)
      } else setTime(film.edges[next] ?? 0)
      if (ended) stop()
    }, 1000 / speed)
    return () => clearInterval(timer)
  }, [film, speed])
}
