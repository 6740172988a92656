import { describe, expect, test } from 'vitest'
import { airLayer } from '#dashboard/src/map/layers/air/air-layer.ts'
import { environmentLayer } from '#dashboard/src/map/layers/environment/environment-layer.ts'
import { LAYERS, layerOf } from '#dashboard/src/map/layers/index.ts'
import { frameIndex, framesOf, indexFramesOf, otherIndex } from '#dashboard/src/map/playback/frames.ts'
import { shifted, startPlayback, windowOf, withSpan } from '#dashboard/src/state/playback-address.ts'
import { createAddress } from '#dashboard/src/state/view-state.ts'

const { defaults: DEFAULTS, parseViewState, toSearch } = createAddress(LAYERS)

const NOON = Date.parse('2026-11-24T12:00:00Z')
const HOUR = 3_600_000

describe('the address of a playback', () => {
  test('brings back moment, window, frame and speed', () => {
    const playback = {
      time: NOON,
      other: NOON - HOUR,
      until: NOON + 5 * HOUR,
      span: '7d',
      step: '6h',
      speed: 8,
    } as const
    expect(parseViewState(toSearch({ ...DEFAULTS, playback })).playback).toEqual(playback)
    expect(parseViewState(toSearch(DEFAULTS)).playback).toBeNull()
  })

  test.each([
    ['no end', '?time=2026-11-24T12:00:00Z'],
    ['no time of day', '?time=noon&until=2026-11-24T12:00:00Z'],
    ['a moment after the end', '?time=2026-11-25T12:00:00Z&until=2026-11-24T12:00:00Z'],
    ['a moment before the window', '?time=2026-11-20T12:00:00Z&until=2026-11-24T12:00:00Z&span=24h'],
  ])('is live with %s', (_, search) => {
    expect(parseViewState(search).playback).toBeNull()
  })

  test.each([
    ['before the window', '2026-11-20T12:00:00Z'],
    ['after it', '2026-11-24T13:00:00Z'],
    ['no time', 'noon'],
  ])('compares with no moment that is %s', (_, other) => {
    const search = `?time=2026-11-24T10:00:00Z&until=2026-11-24T12:00:00Z&span=24h&other=${other}`
    expect(parseViewState(search).playback).toMatchObject({ time: NOON - 2 * HOUR, other: null })
  })

  test('a frame that the window does not have becomes the usual one', () => {
    const search = '?time=2026-11-24T12:00:00Z&until=2026-11-24T12:00:00Z&span=30d&step=10m&speed=1000'
    expect(parseViewState(search).playback).toMatchObject({ step: '6h', speed: 4 })
  })
})

describe('the window', () => {
  test('ends with the running hour and begins at its first frame', () => {
    const playback = startPlayback(NOON + 20 * 60_000)
    expect(windowOf(playback)).toEqual({ from: '2026-11-23T13:00:00Z', to: '2026-11-24T13:00:00Z' })
    expect(playback.time).toBe(Date.parse('2026-11-23T13:00:00Z'))
  })

  test('moves by its own length, and not into the future', () => {
    const now = NOON + 20 * 60_000
    const before = shifted(startPlayback(now), -1, now)
    expect(windowOf(before)).toEqual({ from: '2026-11-22T13:00:00Z', to: '2026-11-23T13:00:00Z' })
    expect(shifted(startPlayback(now), 1, now)).toEqual(startPlayback(now))
    // the moment to compare with keeps its place in the window, and stays inside when that becomes shorter
    expect(shifted({ ...before, other: before.until - 2 * HOUR }, -1, now).other).toBe(before.until - 26 * HOUR)
    const week = { ...withSpan(before, '7d'), other: before.until - 100 * HOUR }
    expect(withSpan(week, '24h').other).toBe(before.until - 24 * HOUR)
    expect(withSpan(before, '7d')).toMatchObject({ until: before.until, time: before.time, step: '1h' })
  })
})

describe('frames', () => {
  const history = {
    every: '1h',
    times: ['2026-11-24T10:00:00Z', '2026-11-24T11:00:00Z'],
    end: '2026-11-24T12:00:00Z',
    thingStates: [],
    streams: [
      { datastream: 1, mean: [10, null], n: [4, 2], good: [4, 0] },
      { datastream: 2, mean: [20, 30], n: [4, 4], good: [1, 2] },
    ],
  }
  const frames = framesOf(history, new Set())
  const stream = (id: number) => ({ id, property: 'pm2_5', channel: '', unit: 'ug/m3', latest: null })

  test('does not count the observations of devices that nobody confirmed', () => {
    const frame = framesOf(history, new Set([2])).frameAt(0)
    expect(frame.n).toBe(4)
    expect(frame.latestOf(stream(2))).toMatchObject({ result: 20 })
  })

  test('shows the mean of a frame, nothing where there was nothing, suspect where most failed', () => {
    const first = frames.frameAt(0)
    expect(first).toMatchObject({ from: NOON - 2 * HOUR, to: NOON - HOUR, n: 5 })
    expect(first.latestOf(stream(1))).toMatchObject({ result: 10, quality: 1, time: NOON - HOUR })
    expect(first.latestOf(stream(2))).toMatchObject({ result: 20, quality: 3 })
    expect(frames.frameAt(1).latestOf(stream(1))).toBeNull()
    expect(frames.frameAt(1).latestOf(stream(2))).toMatchObject({ result: 30, quality: 1 })
    expect(first.latestOf(stream(3))).toBeNull()
  })

  test('has the same numbers for classes in every frame', () => {
    expect(frames.frameAt(0).samplesOf(stream(2))).toEqual(frames.frameAt(1).samplesOf(stream(2)))
    expect(frames.filled).toEqual([1, 0.5])
  })

  test.each([
    [NOON - 3 * HOUR, 0],
    [NOON - 2 * HOUR, 0],
    [NOON - HOUR, 1],
    [NOON, 1],
  ])('%i lies in frame %i', (time, index) => {
    expect(frameIndex(frames.edges, time)).toBe(index)
  })

  test('says where all values of a frame are limits, and how many are where some are', () => {
    const censored = [
      { frame: 0, below: 4, above: 0, limit: 2 },
      { frame: 1, below: 0, above: 1, limit: null },
    ]
    const [first, second] = history.streams
    const limited = framesOf(
      {
        ...history,
        streams: [
          { ...first, censored },
          { ...second, censored },
        ] as never,
      },
      new Set(),
    )
    expect(limited.frameAt(0).latestOf(stream(1))).toMatchObject({ result: 10, limit: { bound: 'below', limit: 2 } })
    expect(limited.frameAt(1).latestOf(stream(2))).toMatchObject({ result: 30, censored: { n: 1, of: 2 } })
    expect(frames.frameAt(0).latestOf(stream(1))).not.toHaveProperty('limit')
  })

  test('shows a Thing as the registry described it at the end of the frame', () => {
    const entry = { kind: 'air_station', grade: 'reference', zone: 'west', expectedIntervalSeconds: 600 } as const
    const at = (lon: number) => ({ type: 'Point' as const, coordinates: [lon, 38] as const })
    const first = { ...entry, thing: 7, name: 'Quay', geometry: at(-9), attributes: { siting: 'traffic' } }
    const second = { ...first, name: 'Harbour', geometry: at(-8), attributes: { siting: 'background' } }
    const thingStates = [
      { ...first, from: '2026-01-01T00:00:00Z', to: '2026-11-24T11:00:00Z' },
      { ...second, from: '2026-11-24T11:00:00Z', to: null },
    ]
    const properties = { ...entry, id: 7, key: 'q2', name: 'Harbour', attributes: second.attributes, airIndex: null }
    const things = [{ geometry: at(-8), properties }, { properties: { id: 8, name: 'Other', airIndex: null } }]
    const shown = (index: number) =>
      framesOf({ ...history, thingStates }, new Set())
        .frameAt(index)
        .thingsOf(things as never)
    // the change was made at 11:00, and the first frame ends just before it
    expect(shown(0)).toMatchObject([
      { geometry: at(-9), properties: { key: 'q2', name: 'Quay', attributes: { siting: 'traffic' } } },
      { properties: { name: 'Other' } },
    ])
    expect(shown(1)[0]).toMatchObject({ geometry: at(-8), properties: { name: 'Harbour' } })
    // heard before it was registered: as it was registered
    const later = thingStates.map((state) => ({ ...state, from: '2026-12-01T00:00:00Z' })).slice(0, 1)
    const before = framesOf({ ...history, thingStates: later }, new Set())
      .frameAt(0)
      .thingsOf(things as never)
    expect(before[0]?.properties.name).toBe('Quay')
  })

  test('of an index gives each Thing the index of the frame', () => {
    const indices = indexFramesOf({
      every: '1h',
      times: ['2026-11-24T10:00:00Z'],
      end: '2026-11-24T11:00:00Z',
      thingStates: [],
      scheme: 'us',
      by: 'thing',
      places: [{ key: 'a', value: [61], category: ['moderate'], pollutant: ['pm2_5'], atLeast: [false] }],
    })
    const thing = (key: string, airIndex: { us: null; european: null } | null) => ({ properties: { key, airIndex } })
    const things = [
      thing('a', { us: null, european: null }),
      thing('b', { us: null, european: null }),
      thing('c', null),
    ]
    const shown = indices.frameAt(0).thingsOf(things as never)
    expect(shown.map(({ properties }) => properties.airIndex?.us?.value ?? null)).toEqual([61, null, null])
    expect(shown[2]?.properties.airIndex).toBeNull()
  })
})

test('whatever a layer shows of the present can be played back; what rests on a period cannot', () => {
  const playable = LAYERS.flatMap(({ id, measures }) =>
    measures.filter((measure) => layerOf(id).playback?.(measure)).map((measure) => `${id} ${measure}`),
  )
  expect(playable).toEqual([
    ...airLayer.measures.map((measure) => `air ${measure}`),
    ...environmentLayer.measures.map((measure) => `environment ${measure}`),
    'energy power',
    'mobility congestion',
    'mobility bikes',
    'mobility traffic',
    'connectivity wifi',
    'districts us',
    'districts european',
  ])
})

test('a comparison begins with the farthest frame that has values', () => {
  expect(otherIndex([0, 1, 1, 0.5, 0], 2)).toBe(1)
  expect(otherIndex([1, 1, 1, 0.5, 0], 1)).toBe(3)
  expect(otherIndex([0, 0, 0], 0)).toBe(2)
})
