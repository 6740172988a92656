import { describe, expect, test } from 'vitest'
import { INDICATORS } from '#model/indicators/catalogue/index.ts'
import ar from '#model/indicators/names/ar.json' with { type: 'json' }
import es from '#model/indicators/names/es.json' with { type: 'json' }
import fr from '#model/indicators/names/fr.json' with { type: 'json' }
import { localiseBoard, localiseReport, localiseValues } from '#model/indicators/names/localise.ts'
import ru from '#model/indicators/names/ru.json' with { type: 'json' }
import zhHans from '#model/indicators/names/zh-Hans.json' with { type: 'json' }
import { BUILT_IN_LANGUAGES } from '#model/text/languages.ts'

const NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = { ar, es, fr, ru, 'zh-Hans': zhHans }
/** Written with signs that every language of Citywell knows. */
const SIGNS = new Set(['%', 'ug/m3'])

const needed = new Set(
  INDICATORS.flatMap(({ code, dimension, subDimension, category, unit, dataPoints, extensions = [] }) => [
    `indicator.${code}`,
    `group.dimension.${dimension}`,
    `group.sub_dimension.${subDimension}`,
    `group.category.${category}`,
    ...[...dataPoints, ...extensions].flatMap(({ id }) => (id === '' ? [] : [`indicator.${code}.${id}`])),
    ...[unit, ...dataPoints.flatMap((point) => point.unit ?? [])].flatMap((one) =>
      SIGNS.has(one) ? [] : [`unit.${one}`],
    ),
  ]),
)

test('every language but English, which the catalogue has itself, has names', () => {
  expect(Object.keys(NAMES).sort()).toEqual(BUILT_IN_LANGUAGES.filter((tag) => tag !== 'en').sort())
})
test.each(Object.entries(NAMES))('%s names every indicator, data point, group and unit, and no other', (_, names) => {
  expect(Object.keys(names).toSorted()).toEqual([...needed].toSorted())
  expect(Object.values(names).filter((text) => text.trim() === '')).toEqual([])
})

describe('a response in French', () => {
  const french: Readonly<Record<string, string>> = fr
  const named = (prefix: string, code: string, english: string): string => french[`${prefix}.${code}`] ?? english
  const air = { code: 'EN:EN:AQ:1C', name: 'Air pollution', values: [{ dataPoint: 'o3', name: 'Ozone' }] }
  const placed = { ...air, dimension: 'Environment', subDimension: 'Environment', category: 'Air Quality' }
  const counts = { score: null, band: null, points: 0, scored: 0, reported: 0, dataPoints: 5 }
  const groups = [
    { ...counts, level: 'city' as const, name: 'City', parent: null },
    { ...counts, level: 'sub_dimension' as const, name: 'Environment', parent: 'Environment' },
    { ...counts, level: 'category' as const, name: 'Air Quality', parent: 'Environment' },
  ]

  test('has French names and the same codes', () => {
    expect(localiseValues(air, named)).toEqual({
      code: 'EN:EN:AQ:1C',
      name: 'Pollution de l’air',
      values: [{ dataPoint: 'o3', name: 'Ozone' }],
    })
  })
  test('keeps indicators and groups together', () => {
    const { indicators, groups: scores } = localiseBoard({ indicators: [placed], groups }, named)
    expect(indicators[0]).toMatchObject({ dimension: 'Environnement', category: 'Qualité de l’air' })
    expect(scores[2]).toMatchObject({ name: 'Qualité de l’air', parent: indicators[0]?.subDimension })
  })
  test('names a goal by indicator and data point', () => {
    const goals = [{ code: 'EN:EN:AQ:1C', dataPoint: 'no2', name: 'Air pollution: Nitrogen dioxide' }]
    expect(localiseReport({ indicators: [placed], groups, goals }, named).goals[0]?.name).toBe(
      'Pollution de l’air: Dioxyde d’azote',
    )
  })
  test('what has no translation stays English', () => {
    expect(localiseValues({ code: 'XX', name: 'Own indicator', values: [] }, named).name).toBe('Own indicator')
  })
})
