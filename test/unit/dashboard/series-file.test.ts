import { createIntl } from 'react-intl'
import { describe, expect, test } from 'vitest'
import en from '#dashboard/src/i18n/en.json' with { type: 'json' }
import { createFormatters } from '#dashboard/src/i18n/formatters.ts'
import { findSeries, seriesIndex } from '#dashboard/src/map/series/find-series.ts'
import { readoutText } from '#dashboard/src/map/series/reading-text.ts'
import { seriesOf } from '#dashboard/src/map/series/series.ts'
import { linesOf, sourcesOf } from '#dashboard/src/map/series/series-file.ts'
import { choiceOf, type ShownSeries } from '#dashboard/src/map/series/shown-series.ts'
import { csvOf } from '#dashboard/src/ui/table/csv.ts'
import { csvwOf } from '#dashboard/src/ui/table/metadata.ts'
import type { ObservationsResponse, ThingFeature } from '#model/api/city.ts'

const i18n = createFormatters(createIntl({ locale: 'en', messages: en }), 'Europe/Lisbon')

type Stream = readonly [property: string, unit: string, channel?: string]
function thing(key: string, name: string, streams: readonly Stream[], part: Partial<ThingFeature['properties']> = {}) {
  const datastreams = streams.map(([property, unit, channel = ''], k) => ({
    ...{ id: key.charCodeAt(0) * 10 + k, property, channel, unit, latest: null },
  }))
  const properties = { key, name, datastreams, grade: 'reference', verified: true, simulated: false, ...part }
  return { type: 'Feature', geometry: null, properties } as unknown as ThingFeature
}
const THINGS = [
  thing('a', 'Harbour', [
    ['pm2_5', 'ug/m3'],
    ['temperature', 'Cel'],
  ]),
  thing(
    'b',
    'Hill',
    [
      ['pm2_5', 'ug/m3'],
      ['wind_direction', 'deg'],
    ],
    { grade: 'low_cost', verified: false },
  ),
  thing(
    'c',
    'Île Ménard',
    [
      ['no2', 'ug/m3', 'calibrated'],
      ['humidity', '%'],
    ],
    { simulated: true },
  ),
]
const ref = (key: string, property: string, channel = '') => ({ thing: key, property, channel })

describe('series of the address', () => {
  test('have the letter of their place, and axes in their order; a third unit has no axis, and what is not there is named', () => {
    const refs = [
      ref('a', 'pm2_5'),
      ref('b', 'wind_direction'),
      ref('c', 'humidity'),
      ref('b', 'pm2_5'),
      ref('z', 'no2'),
    ]
    const { drawn, withoutAxis, unknown } = choiceOf(refs, THINGS)
    expect(drawn.map((one) => [one.style.letter, one.axis, one.ref.thing, one.datastream.unit])).toEqual([
      ['A', 'y', 'a', 'ug/m3'],
      ['B', 'y2', 'b', 'deg'],
      ['D', 'y', 'b', 'ug/m3'],
    ])
    expect(withoutAxis.map((one) => one.ref)).toEqual([ref('c', 'humidity')])
    expect(unknown).toEqual([ref('z', 'no2')])
  })

  test('keep letter, colour and marker when one before them is removed', () => {
    const stylesOf = (places: Parameters<typeof choiceOf>[0]) =>
      choiceOf(places, THINGS).drawn.map(({ style }) => style)
    const [a, , c] = stylesOf([ref('a', 'pm2_5'), ref('b', 'wind_direction'), ref('b', 'pm2_5')])
    expect(stylesOf([ref('a', 'pm2_5'), null, ref('b', 'pm2_5')])).toEqual([a, c])
    expect(c).toMatchObject({ letter: 'C', colour: '--series-3', marker: 'triangle' })
  })
})

describe('the search for series', () => {
  const index = seriesIndex(THINGS, i18n.property)
  const find = (text: string, units: readonly string[], shown = [ref('a', 'pm2_5')]) =>
    findSeries(text, index, units, shown).map(({ id, found }) => [id, ...found.map((one) => one.ref)])

  test('finds devices and measures, in any order, whatever accents and case, and not what is shown', () => {
    expect(find('harbour', ['ug/m3'])).toEqual([['y2', ref('a', 'temperature')]])
    expect(find('no2 ile menard', ['ug/m3'])).toEqual([['y', ref('c', 'no2', 'calibrated')]])
    expect(find('PM2.5', ['ug/m3'])).toEqual([['y', ref('b', 'pm2_5')]])
    expect(find(' ', ['ug/m3'])).toEqual([])
  })

  test('offers only what has an axis: with two units none of a third', () => {
    expect(find('hill', ['ug/m3'])).toEqual([
      ['y', ref('b', 'pm2_5')],
      ['y2', ref('b', 'wind_direction')],
    ])
    expect(find('hill', ['ug/m3', 'Cel'])).toEqual([['y', ref('b', 'pm2_5')]])
    expect(find('humidity', ['ug/m3', 'Cel'])).toEqual([])
  })
})

const at = (minute: number): string => new Date(Date.UTC(2026, 4, 1, 10, minute)).toISOString()
const answer = (
  id: number,
  property: string,
  unit: string,
  part: Partial<ObservationsResponse>,
): ObservationsResponse => ({
  datastream: { id, thing: '', property, channel: '', unit, kind: 'gauge' },
  ...{ from: at(0), to: at(120), every: null, next: null },
  ...part,
})
const RAW = answer(1, 'pm2_5', 'ug/m3', {
  observations: [
    { time: at(0), result: 4.25, quality: 1, reasons: [] },
    { time: at(10), result: 1, quality: 2, reasons: [], censored: { bound: 'below', limit: 2 } },
    { time: at(20), result: 3.5, quality: 1, reasons: [] },
    // a gap of the chart, five times ten minutes and more: no line of the file
    { time: at(90), result: 900, quality: 3, reasons: ['spike'] },
  ],
})
const HOURS = answer(2, 'temperature', 'Cel', {
  every: '1h',
  buckets: [
    {
      time: at(0),
      n: 6,
      good: 5,
      mean: 11.5,
      min: 10,
      max: 13,
      total: null,
      dataCapture: 1,
      suspect: { n: 1, mean: 40, counted: 0 },
    },
    { time: at(60), n: 0, good: 0, mean: null, min: null, max: null, total: null, dataCapture: 0, suspect: null },
  ],
})
const { drawn } = choiceOf([ref('a', 'pm2_5'), ref('a', 'temperature')], THINGS)
const shown = drawn.map(
  (one, k): ShownSeries => ({ ...one, series: seriesOf([RAW, HOURS][k] ?? RAW), source: `/s${k}`, truncated: false }),
)

test('the file has a line for every value of every series, as the page shows it, with its own source and quality', () => {
  const [heading, ...rows] = linesOf(shown, i18n)
  const table = rows.map((row) => Object.fromEntries(row.map((value, k) => [heading?.[k], value])))
  const head = { Key: 'a', Device: 'Harbour', Channel: null, Origin: 'measured', Grade: 'reference' }
  const single = { ...head, Series: 'A', Property: 'pm2_5', 'Unit (UCUM)': 'ug/m3', Statistic: 'raw', Bucket: null }
  const hour = {
    ...head,
    Series: 'B',
    Property: 'temperature',
    'Unit (UCUM)': 'Cel',
    Statistic: 'mean',
    Bucket: 'PT1H',
  }
  expect(table).toEqual([
    {
      ...single,
      Time: at(0),
      Value: 4.25,
      Limit: null,
      Min: null,
      Max: null,
      n: 1,
      Completeness: null,
      'Quality flag': 1,
      Suspect: null,
    },
    {
      ...single,
      Time: at(10),
      Value: 2,
      Limit: 'below',
      Min: null,
      Max: null,
      n: 1,
      Completeness: null,
      'Quality flag': 2,
      Suspect: null,
    },
    {
      ...single,
      Time: at(20),
      Value: 3.5,
      Limit: null,
      Min: null,
      Max: null,
      n: 1,
      Completeness: null,
      'Quality flag': 1,
      Suspect: null,
    },
    {
      ...single,
      Time: at(90),
      Value: 900,
      Limit: null,
      Min: null,
      Max: null,
      n: 1,
      Completeness: null,
      'Quality flag': 3,
      Suspect: null,
    },
    {
      ...hour,
      Time: at(0),
      Value: 11.5,
      Limit: null,
      Min: 10,
      Max: 13,
      n: 6,
      Completeness: 1,
      'Quality flag': null,
      Suspect: 1,
    },
    {
      ...hour,
      Time: at(60),
      Value: null,
      Limit: null,
      Min: null,
      Max: null,
      n: 0,
      Completeness: 0,
      'Quality flag': null,
      Suspect: null,
    },
  ])
  expect(csvOf(linesOf(shown, i18n)).split('\r\n')[2]).toBe(
    'A,a,Harbour,pm2_5,,ug/m3,raw,,2026-05-01T10:10:00.000Z,2,below,,,1,,2,,measured,reference',
  )
})

test('the metadata name each series and the request that gives it again', () => {
  const about = {
    file: 'x.csv',
    title: 'x',
    language: 'en',
    address: 'http://x',
    timeZone: 'UTC',
    created: new Date(0),
  }
  const { notes } = JSON.parse(csvwOf({ ...about, lines: linesOf(shown, i18n), sources: sourcesOf(shown, i18n) }))
  expect(notes).toMatchObject([
    { rows: 6 },
    { series: 'A', name: 'Harbour · PM2.5', unit: 'ug/m3', statistic: 'raw', origin: 'measured', source: '/s0' },
    { series: 'B', unit: 'Cel', statistic: 'mean', source: '/s1' },
  ])
})

test('the readout of an instant has every series with value, unit, quality and the time zone of the city', () => {
  // 10:12 UTC is 11:12 in Lisbon in May
  expect(readoutText(shown, Date.parse(at(12)) / 1000, i18n)).toBe(
    'May 1, 11:12 · Europe/Lisbon. ' +
      'A Harbour · PM2.5: <2\u202fµg/m³, not evaluated, measured May 1, 11:10. ' +
      'B Harbour · Air temperature: 11.5\u202f°C (10 to 13), 6 observations, completeness 100%, excluding 1 suspect, mean 40, from May 1, 11:00',
  )
  expect(readoutText(shown, Date.parse(at(90)) / 1000, i18n)).toContain('900\u202fµg/m³, suspect, spike')
  expect(readoutText(shown, Date.parse(at(90)) / 1000, i18n)).toContain('Air temperature: –, no measurement')
})
