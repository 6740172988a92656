import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { airHistoryQuery, historyQuery, thingsQuery } from '../../http/queries.ts'
import { type Playback, windowOf } from '../../state/playback-address.ts'
import { changeView, useViewState } from '../../state/use-view-state.ts'
import type { Frame } from '../layer-model/model.ts'
import type { PlaybackSource } from '../layer-model/playback-source.ts'
import { layerOf } from '../layers/index.ts'
import { frameIndex, framesOf, indexFramesOf, type PlaybackFrames } from './frames.ts'

/**
 * Playback, outside the layers. States: off (no moment in the address) -> paused <-> playing; playing ends at the last
 * frame. While it plays the moment is kept here and written to the address now and then: browsers refuse an address
 * that changes with every frame.
 */
export type PlaybackControl = {
  readonly playback: Playback
  readonly frames: PlaybackFrames | null
  readonly index: number
  readonly frame: Frame | null
  /** the moment that is compared with; it stays while the first plays */
  readonly other: { readonly index: number; readonly frame: Frame } | null
  readonly playable: boolean
  readonly playing: boolean
  readonly loading: boolean
  readonly problem: Error | null
  readonly retry: () => unknown
  readonly toggle: () => void
  readonly seek: (index: number) => void
  /** null: no comparison */
  readonly seekOther: (index: number | null) => void
}

/** What is shown of the past; null: nothing. */
export const shownFrames = (control: PlaybackControl | null) => ({
  frame: control?.frame ?? null,
  other: control?.other?.frame ?? null,
})

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
  const active = playback !== null
  const source = useMemo(() => (active ? (layerOf(layer).playback?.(measure) ?? null) : null), [active, layer, measure])
  const { frames, loading, problem, retry } = useFrames(source, playback)
  const [time, setTime] = useState(playback?.time ?? 0)
  const [playing, setPlaying] = useState(false)
  useEffect(() => {
    if (playback) setTime(playback.time)
    else setPlaying(false)
  }, [playback])
  const index = frames ? frameIndex(frames.edges, time) : 0
  const frame = useFrame(source, frames, time)
  const otherTime = playback?.other ?? null
  const otherFrame = useFrame(otherTime === null ? null : source, frames, otherTime ?? 0)

  const seek = useCallback(
    (to: number) => {
      const edge = frames?.edges[to]
      if (!playback || edge === undefined) return
      setTime(edge)
      changeView({ playback: { ...playback, time: edge } }, 'replace')
    },
    [frames, playback],
  )
  const seekOther = useCallback(
    (to: number | null) => {
      if (!playback) return
      const other = to === null ? null : (frames?.edges[to] ?? null)
      // the address may be behind the moment while it plays
      changeView(
        { playback: { ...playback, time, other } },
        playback.other === null || to === null ? 'push' : 'replace',
      )
    },
    [frames, playback, time],
  )
  const toggle = useCallback(() => {
    const last = (frames?.edges.length ?? 0) - 2
    if (!playing && index >= last) seek(0)
    if (playing) seek(index)
    setPlaying(!playing)
  }, [frames, index, playing, seek])
  useTicking(playing ? frames : null, {
    index,
    speed: playback?.speed ?? 1,
    setTime,
    seek,
    stop: () => setPlaying(false),
  })

  if (!playback) return null
  const other = otherFrame && { index: frames ? frameIndex(frames.edges, otherTime ?? 0) : 0, frame: otherFrame }
  const playable = source !== null
  return { playback, frames, index, frame, other, playable, playing, loading, problem, retry, toggle, seek, seekOther }
}

/** The same frame until the moment is in another. */
function useFrame(source: PlaybackSource | null, frames: PlaybackFrames | null, time: number): Frame | null {
  const index = frames ? frameIndex(frames.edges, time) : 0
  return useMemo(() => {
    if (!source) return null
    return frames ? frames.frameAt(index) : { ...BLANK, from: time, to: time }
  }, [source, frames, index, time])
}

function useFrames(source: PlaybackSource | null, playback: Playback | null) {
  const window = useMemo(
    () => (playback ? { ...windowOf(playback), every: playback.step } : { from: '', to: '', every: '' }),
    [playback],
  )
  const properties = source?.kind === 'properties' ? source.properties : []
  const [scheme, by] = source?.kind === 'index' ? [source.scheme, source.by] : ['', '']
  const history = useQuery({ ...historyQuery(properties, window), enabled: source?.kind === 'properties' })
  const index = useQuery({ ...airHistoryQuery(scheme, by, window), enabled: source?.kind === 'index' })
  const things = useQuery(thingsQuery).data?.features
  const unconfirmed = useMemo(() => {
    const found = things?.filter(({ properties }) => !properties.verified)
    return new Set(found?.flatMap(({ properties }) => properties.datastreams.map(({ id }) => id)))
  }, [things])
  const answer = source?.kind === 'index' ? index : history
  const frames = useMemo(() => {
    if (source?.kind === 'index') return index.data ? indexFramesOf(index.data) : null
    return source && history.data ? framesOf(history.data, unconfirmed) : null
  }, [source, index.data, history.data, unconfirmed])
  return { frames, loading: answer.isFetching, problem: source ? answer.error : null, retry: answer.refetch }
}

type Ticking = {
  readonly index: number
  /** frames a second */
  readonly speed: number
  readonly setTime: (time: number) => void
  readonly seek: (index: number) => void
  readonly stop: () => void
}

/** Moves on by a frame at every tick, to the last frame. */
function useTicking(frames: PlaybackFrames | null, ticking: Ticking): void {
  const latest = useRef(ticking)
  latest.current = ticking
  const written = useRef(0)
  const { speed } = ticking
  useEffect(() => {
    if (!frames) return
    const timer = setInterval(() => {
      const { index, setTime, seek, stop } = latest.current
      const next = Math.min(index + 1, frames.edges.length - 2)
      const ended = next === frames.edges.length - 2
      if (ended || Date.now() - written.current > WRITE_MS) {
        written.current = Date.now()
        seek(next)
      } else setTime(frames.edges[next] ?? 0)
      if (ended) stop()
    }, 1000 / speed)
    return () => clearInterval(timer)
  }, [frames, speed])
}
