import { parse } from 'csv-parse/sync'
import { createIntl } from 'react-intl'
import { describe, expect, test } from 'vitest'
import en from '#dashboard/src/i18n/en.json' with { type: 'json' }
import { createFormatters } from '#dashboard/src/i18n/formatters.ts'
import { BIVARIATE, inkOn, luminance, type Rgb } from '#dashboard/src/map/colours/palette.ts'
import { shareScaleOf } from '#dashboard/src/map/colours/scales.ts'
import type { LayerInput } from '#dashboard/src/map/layer-model/model.ts'
import { zoneModel } from '#dashboard/src/map/layer-model/zone-model.ts'
import { bivariateModel, thirds } from '#dashboard/src/map/layers/compare/bivariate.ts'
import { presetsOf } from '#dashboard/src/map/layers/compare/presets.ts'
import { zoneFact } from '#dashboard/src/map/layers/districts/zone-facts.ts'
import { LAYERS } from '#dashboard/src/map/layers/index.ts'
import { type Survey, surveyMeasure } from '#dashboard/src/map/layers/survey/survey-measure.ts'
import { answerOf, surveyRefOf } from '#dashboard/src/map/layers/survey/survey-ref.ts'
import { formatMeasure, parseMeasure } from '#dashboard/src/state/measure-ref.ts'
import { createAddress } from '#dashboard/src/state/view-state.ts'
import { toCsv } from '#dashboard/src/ui/table/csv.ts'
import type { EstimatesResponse } from '#model/api/indicators.ts'

const { defaults: DEFAULTS, parseViewState, toSearch } = createAddress(LAYERS)
const i18n = createFormatters(createIntl({ locale: 'en', messages: en }), 'UTC')
const geometry = { type: 'Polygon', coordinates: [] }
const zone = (key: string, income: number | null, population: number) => ({
  type: 'Feature',
  geometry,
  properties: { key, name: key.toUpperCase(), income, population, areaKm2: 1, airIndex: { stations: 0 } },
})
const input = {
  i18n,
  things: [],
  simulated: false,
  zones: {
    type: 'FeatureCollection',
    features: [zone('a', 10, 300), zone('b', 20, 200), zone('c', 30, 100), zone('d', null, 50)],
  },
} as unknown as LayerInput

describe('names of measures', () => {
  test.each([
    'survey:households-2026/internet',
    'survey:households-2026/connection=fibre@sex=female',
    'survey:s/age=75%2B@group=a%3Db',
    'indicator:EN:EN:AQ:1C/pm2_5',
    'indicator:EC:ICT:ICT:1C',
    'coverage:4g',
    'zone:income',
  ])('%s is read and written the same, in an address too', (name) => {
    const ref = parseMeasure(name)
    expect(ref && formatMeasure(ref)).toBe(name)
    const state = { ...DEFAULTS, layer: 'compare' as const, measure: 'side', a: ref, b: parseMeasure('zone:us') }
    expect(parseViewState(toSearch(state))).toEqual(state)
  })
  test.each(['survey:', 'survey:s', 'survey:s/q=%', 'indicator:x', 'zone:<b>', 'planet:mars', ''])(
    '%s is none',
    (name) => {
      expect(parseMeasure(name)).toBeNull()
    },
  )
  test('what the survey layer shows is in the address', () => {
    const state = {
      ...DEFAULTS,
      layer: 'survey' as const,
      measure: 'connection',
      survey: 'h-2027',
      answer: 'no: none',
      among: { name: 'age', category: '75+' },
    }
    expect(parseViewState(toSearch(state))).toEqual(state)
  })
})

describe('thirds', () => {
  test.each([
    [
      [1, 2, 3, 4, 5, 6],
      [3, 5],
    ],
    [
      [6, 1, 5, 2, 4, 3, 7],
      [4, 6],
    ],
    // what is alike stays together
    [[1, 1, 1, 1, 1, 9], [9]],
    [[81, 100, 100, 100, 100, 100], [100]],
    [
      [1, 1, 1, 2, 3, 4],
      [2, 3],
    ],
    [[4, 4, 4], []],
    [[], []],
  ])('of %j begin at %j', (values, bounds) => {
    expect(thirds(values)).toEqual(bounds)
  })
})

describe('a map of two numbers', () => {
  const model = bivariateModel(input, { a: zoneFact(input, 'income'), b: zoneFact(input, 'density') })
  test('low and high stand in opposite corners, and each district is counted once', () => {
    expect(model.legend.grid?.counts).toEqual([
      [0, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
    ])
    expect(model.marks.areas.map(({ colour }) => colour)).toEqual([
      BIVARIATE[0]?.[2],
      BIVARIATE[1]?.[1],
      BIVARIATE[2]?.[0],
      null,
    ])
  })
  test('a district without one of them has no colour, and the table says which and why', () => {
    const row = model.rows.find(({ key }) => key === 'd')
    expect(row?.cells['a']).toEqual({ text: 'no value', sort: null })
    expect(row?.cells['b']?.sort).toBe(50)
    expect(model.legend.keys).toContain('missing')
    expect(model.legend.facts.find(([term]) => term === 'Based on')?.[1]).toBe('3 of 4 districts')
  })
})

const categories = { f: 'Fibre', c: 'Cable', na: 'Not stated' }
const survey = {
  areas: [],
  id: 's',
  title: 'S',
  from: '2026-01-01',
  to: '2026-02-01',
  respondents: 90,
  columns: { respondent: 'id', weight: 'w' },
  questions: [
    { column: 'sex', text: 'Sex', categories: { f: 'Women', m: 'Men' }, missing: [], group: true, base: 'household' },
    {
      column: 'net',
      text: 'Online?',
      categories: { y: 'Yes', n: 'No' },
      counts: ['y'],
      indicator: 'HH6',
      missing: [],
      group: false,
      base: 'household',
    },
    { column: 'kind', text: 'How?', categories, missing: ['na'], group: false, base: 'individual' },
    { column: 'price', text: 'Price?', unit: 'EUR/month', price: true, missing: [], group: false, base: 'household' },
  ],
} as unknown as Survey

describe('a survey by district', () => {
  const estimate = (
    group: Record<string, string>,
    value: number | null,
    half: number,
    suppressed: string | null = null,
  ) => ({
    group,
    value,
    standardError: value === null ? null : half / 2,
    lower: value === null ? null : value - half,
    upper: value === null ? null : value + half,
    n: value === null ? null : 30,
    designEffect: 1,
    reliable: value === null ? null : true,
    suppressed,
  })
  const estimates = (statistic: string, list: object[]) =>
    ({
      survey: 's',
      question: 'net',
      statistic,
      unit: '1',
      category: null,
      confidence: 0.95,
      threshold: 10,
      simulated: false,
      estimates: list,
    }) as unknown as EstimatesResponse
  const among = { name: 'sex', category: 'f' }

  test('among one group only; the wider the interval the less the colour says; hidden ones counted by their reason', () => {
    const layer = surveyMeasure(
      input,
      survey,
      estimates('proportion', [
        estimate({ zone: 'a', sex: 'f' }, 0.8, 0.05),
        estimate({ zone: 'a', sex: 'm' }, 0.1, 0.05),
        estimate({ zone: 'b', sex: 'f' }, 0.6, 0.08),
        estimate({ zone: 'c', sex: 'f' }, null, 0, 'below_threshold'),
        estimate({ zone: 'd', sex: 'f' }, null, 0, 'complementary'),
      ]),
      among,
    )
    const [a, b, c, d] = input.zones.features.map(({ properties }) => layer.numberOf(properties))
    expect(a).toMatchObject({ value: 0.8, uncertainty: 0 })
    expect(b).toMatchObject({ value: 0.6, uncertainty: 1 })
    expect(c).toEqual({ value: null, why: 'too few respondents', n: null })
    expect(d?.why).toBe('withheld to protect another district')
    expect(layer.title).toBe('Online? (group: Women)')
    expect(layer.notes?.at(-1)).toBe(
      '1 district has fewer than 10 respondents; 1 more is withheld so that these cannot be worked out from the rest.',
    )
  })

  test('districts that were joined all show the estimate of their area, and a note says so', () => {
    const joined = { ...survey, areas: [{ key: 'a+b', name: 'A and B', zones: ['a', 'b'] }] }
    const layer = surveyMeasure(input, joined, estimates('proportion', [estimate({ zone: 'a+b' }, 0.7, 0.05)]), null)
    const [a, b, c] = input.zones.features.map(({ properties }) => layer.numberOf(properties).value)
    expect([a, b, c]).toEqual([0.7, 0.7, null])
    expect(layer.notes?.at(-1)).toBe('One estimate for A and B: the individual districts had too few respondents.')
  })

  test('the interval of a mean is taken relative to its value', () => {
    const layer = surveyMeasure(
      input,
      survey,
      estimates('mean', [
        estimate({ zone: 'a' }, 40, 5.9),
        estimate({ zone: 'b' }, 40, 11.9),
        estimate({ zone: 'c' }, 40, 12.1),
      ]),
      null,
    )
    // 11.8, 23.8 and 24.2 of 40: 29.5 %, 59.5 % and 60.5 %
    expect(input.zones.features.map(({ properties }) => layer.numberOf(properties).uncertainty)).toEqual([
      0,
      1,
      2,
      undefined,
    ])
  })

  test('districts are classed by comparison with the city where estimates are compared with it', () => {
    const verdicts = ['above', 'not_distinguishable', 'below'] as const
    const compared = verdicts.map((verdict, i) => ({
      ...estimate({ zone: ['a', 'b', 'c'][i] ?? '' }, 0.9 - i * 0.01, 0.03),
      againstCity: { verdict, adjustedP: 0.0004 },
    }))
    const layer = surveyMeasure(input, survey, estimates('proportion', compared as never), null)
    const model = bivariateModel(input, { a: layer, b: zoneFact(input, 'income') })
    expect(model.rows.slice(0, 3).map(({ cells }) => cells['class']?.text)).toEqual([
      'A high, B low',
      'A middle, B middle',
      'A low, B high',
    ])
    const facts = Object.fromEntries(zoneModel(input, layer).legend.facts)
    expect(facts).toMatchObject({ 'Above the city': 'A', 'Below the city': 'C' })
    expect(zoneModel(input, layer).rows[0]?.cells['against']?.text).toBe('Above the city (p < 0.001)')
  })

  test('a question asks for the answers that count, else for its first answer, never for "not stated"', () => {
    const [, net, kind, price] = survey.questions
    expect(net && [answerOf(net, null), answerOf(net, 'n'), answerOf(net, 'zzz')]).toEqual([null, 'n', null])
    expect(kind && [answerOf(kind, null), answerOf(kind, 'c'), answerOf(kind, 'na')]).toEqual(['f', 'c', 'f'])
    expect(price && answerOf(price, 'c')).toBeNull()
  })
  test('survey and compare tables write the bounds that the page shows, not the width of the interval', () => {
    const layer = surveyMeasure(input, survey, estimates('proportion', [estimate({ zone: 'a' }, 0.7, 0.05)]), null)
    const shown = /(\d+)% to (\d+)%/
    for (const model of [zoneModel(input, layer), bivariateModel(input, { a: layer, b: zoneFact(input, 'income') })]) {
      const [heads = [], ...lines]: string[][] = parse(toCsv(model.columns, model.rows), { bom: true })
      const row = model.rows.find(({ key }) => key === 'a')
      const cell = Object.values(row?.cells ?? {}).find(({ text }) => shown.test(text))
      const [, lower, upper] = shown.exec(cell?.text ?? '') ?? []
      const at = heads.findIndex((head) => head.endsWith('lower bound'))
      const fields = lines.find(([key]) => key === 'a') ?? []
      expect([fields[at], fields[at + 1]].map((field) => Math.round(Number(field) * 100))).toEqual([
        Number(lower),
        Number(upper),
      ])
    }
  })

  test('what the address asks for holds as far as this survey has it', () => {
    const state = {
      ...DEFAULTS,
      layer: 'survey' as const,
      measure: 'kind',
      answer: 'c',
      among: { name: 'sex', category: 'x' },
    }
    expect(surveyRefOf([survey], state)).toEqual({
      kind: 'survey',
      survey: 's',
      question: 'kind',
      answer: 'c',
      among: null,
    })
    expect(surveyRefOf([survey], { ...state, measure: 'gone' })?.question).toBe('net')
    expect(surveyRefOf([], state)).toBeNull()
  })
  test('presets use the questions of the city, and fall back to the indicator', () => {
    expect(presetsOf([survey]).map(({ id, a, b }) => [id, formatMeasure(a), formatMeasure(b)])).toEqual([
      ['covered', 'coverage:4g', 'survey:s/net'],
      ['exposed', 'indicator:EN:EN:AQ:1C/pm2_5', 'survey:s/net'],
      ['price', 'zone:income', 'survey:s/price'],
    ])
    expect(presetsOf([]).map(({ b }) => formatMeasure(b))).toEqual([
      'indicator:EC:ICT:ICT:1C',
      'indicator:EC:ICT:ICT:1C',
    ])
  })
  test.each([
    [[0.72, 0.85, 0.93, 0.97], 0.7],
    [[0.1, 0.3, 0.5, 0.7, 0.9], 0.2],
    [[0.01, 0.07, 0.15, 0.25], 0.05],
  ])('shares like %j are cut from %d on', (values, first) => {
    expect(shareScaleOf(values).breaks[0]).toBe(first)
  })
})

/**
 * Colour vision: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, A Physiologically-based Model for Simulation of Color
 * Vision Deficiency (2009), matrices of severity 1.0, on linear RGB.
 */
const VISION = {
  usual: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const

/** CIE L*a*b* (D65) of a colour as somebody sees it. */
function seen(rgb: Rgb, m: readonly number[]): number[] {
  const linear = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
  const times = (matrix: readonly number[], v: readonly number[]) =>
    [0, 3, 6].map((row) => v.reduce((sum, x, i) => sum + (matrix[row + i] ?? 0) * x, 0))
  const there = times(m, linear).map((v) => Math.min(1, Math.max(0, v)))
  const xyz = times([0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505], there)
  const f = xyz.map((v, i) => {
    const t = v / ([0.9505, 1, 1.089][i] ?? 1)
    return t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116
  })
  const [x = 0, y = 0, z = 0] = f
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

describe('the nine colours', () => {
  const nine = BIVARIATE.flat()
  // a difference of 2.3 is just noticeable (CIE 1976); areas next to a legend need several times that
  test.each(Object.entries(VISION))('stay apart in %s', (_, matrix) => {
    const labs = nine.map((rgb) => seen(rgb, matrix))
    const distances = labs.flatMap((a, i) =>
      labs.slice(i + 1).map((b) => Math.hypot(...a.map((v, k) => v - (b[k] ?? 0)))),
    )
    expect(distances).toHaveLength(36)
    expect(Math.min(...distances)).toBeGreaterThan(12)
  })
  test('darken steadily along both axes', () => {
    for (const row of [
      ...BIVARIATE,
      ...[0, 1, 2].map((k) => BIVARIATE.map((column) => column[k] ?? ([0, 0, 0] as const))),
    ]) {
      const steps = row.map(luminance)
      expect(steps).toEqual(steps.toSorted((a, b) => b - a))
    }
  })
  test('numbers in the legend can be read: 4.5 to 1', () => {
    for (const colour of nine) {
      const [light = 0, dark = 0] = [luminance(colour), luminance(inkOn(colour))].toSorted((a, b) => b - a)
      expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(4.5)
    }
  })
})
