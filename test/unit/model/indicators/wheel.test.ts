import { expect, test } from 'vitest'
import type { ReportIndicator } from '#model/api/reports.ts'
import { INDICATORS } from '#model/indicators/catalogue/index.ts'
import ar from '#model/indicators/names/ar.json' with { type: 'json' }
import es from '#model/indicators/names/es.json' with { type: 'json' }
import fr from '#model/indicators/names/fr.json' with { type: 'json' }
import ru from '#model/indicators/names/ru.json' with { type: 'json' }
import zh from '#model/indicators/names/zh-Hans.json' with { type: 'json' }
import { levelOf, STYLES, subDimensionsOf, wheelShapes } from '#model/reports/wheel.ts'

const NAMES: Record<string, Record<string, string>> = { en: {}, ar, es, fr, ru, zh }
const value = (points: number | null) => ({ score: points === null ? null : { points } })
const report = INDICATORS.map((one) => ({
  ...one,
  status: 'not_reported',
  values: [value(null)],
})) as unknown as ReportIndicator[]

test('a spoke is as long as the points reached of those scored: 3, 4 and 2 of 12, the unscored left out', () => {
  const values = [value(3), value(4), value(2), value(null)] as unknown as ReportIndicator['values']
  expect(levelOf({ values })).toBe(0.75)
  expect(levelOf({ values: [value(null)] as unknown as ReportIndicator['values'] })).toBeNull()
})

test('3 dimensions, 27 categories by their parents, 7 sub-dimensions with a style each, 91 spokes', () => {
  const keys = wheelShapes(report, '–', 'city score').map(({ key }) => key)
  const count = (prefix: RegExp): number => keys.filter((key) => prefix.test(key)).length
  expect([count(/^dimension (?!text)/), count(/^category (?!text|edge)/), count(/^band/), count(/^track/)]).toEqual([
    3, 27, 7, 91,
  ])
  expect(new Set(keys).size).toBe(keys.length)
  expect(subDimensionsOf(report)).toHaveLength(STYLES.length)
  expect(new Set(STYLES.map(({ pattern }) => pattern)).size).toBe(7)
})

test('what is not reported has an empty dashed spoke', () => {
  const shapes = wheelShapes(report, '–', 'city score')
  expect(shapes.some(({ key }) => key.startsWith('value '))).toBe(false)
  expect(shapes.filter(({ dashed }) => dashed)).toHaveLength(91)
})

test.each(Object.entries(NAMES))('names of categories end within their ring (%s)', (_, names) => {
  const translated = report.map((one) => ({
    ...one,
    category: names[`group.category.${one.category}`] ?? one.category,
  }))
  const texts = wheelShapes(translated as typeof report, '–', 'city score').filter(({ key }) =>
    key.startsWith('category text'),
  )
  expect(texts).toHaveLength(27)
  for (const { text = '', size = 0 } of texts) {
    // letters of Inter are 0.55 em wide on average, Han characters 1 em
    const width = [...text].reduce((sum, sign) => sum + (/\p{Script=Han}/u.test(sign) ? 1 : 0.55), 0) * size
    expect(width, text).toBeLessThanOrEqual(82)
    expect(size, text).toBeGreaterThanOrEqual(4)
  }
})
