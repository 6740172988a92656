import { createIntl } from 'react-intl'
import { describe, expect, test } from 'vitest'
import { assessmentsOf, limitText, yearOf } from '#dashboard/src/air-quality/limits-text.ts'
import en from '#dashboard/src/i18n/en.json' with { type: 'json' }
import { createFormatters } from '#dashboard/src/i18n/formatters.ts'
import type { AirAssessment } from '#model/api/air-limits.ts'

const i18n = createFormatters(createIntl({ locale: 'en', messages: en }), 'Europe/Lisbon')
const no2Hour: AirAssessment = {
  ...{ pollutant: 'no2', kind: 'limit', per: 'hour', level: 200, unit: 'ug/m3', value: 210 },
  ...{ exceedances: 4, permitted: 18, remaining: 14, exceeded: false, dataCapture: 0.97, covered: true },
  ...{ years: 1, station: 'harbour' },
}

describe('a legal limit in words', () => {
  test('how many exceedances of how many permitted, and how many are left', () => {
    expect(limitText(no2Hour, i18n)).toMatchObject({
      ...{ rule: 'limit, hour', exceedances: '4 of 18 permitted', remaining: '14', verdict: 'met', capture: '97%' },
    })
  })
  test.each<[Partial<AirAssessment>, string]>([
    [{ exceeded: true }, 'exceeded'],
    [{ exceeded: null, covered: false }, 'not known yet'],
    [{ exceeded: null }, 'needs several years of data'],
    [{ kind: 'alert', exceeded: true, permitted: null, remaining: null }, 'reached'],
    [{ kind: 'information', permitted: null, remaining: null }, 'not reached'],
  ])('%j is %s', (more, verdict) => expect(limitText({ ...no2Hour, ...more }, i18n).verdict).toBe(verdict))
  test('a mean of the year has no exceedances, a threshold none that are permitted', () => {
    const mean = { ...no2Hour, per: 'year', exceedances: null, permitted: null, remaining: null } as const
    expect(limitText(mean, i18n).remaining).toBe(limitText(mean, i18n).exceedances)
    expect(limitText({ ...no2Hour, kind: 'alert', permitted: null, remaining: null }, i18n).exceedances).toBe('4')
  })
})

test('the year of a period; of a rolling one the present year', () => {
  const now = new Date('2026-11-29T12:00:00Z')
  expect(['2025', '2025-Q2', '2024-05-31', 'last-365d'].map((period) => yearOf(period, now, 'UTC'))).toEqual([
    ...['2025', '2025', '2024', '2026'],
  ])
  expect(yearOf('last-7d', new Date('2026-12-31T12:00:00Z'), 'Pacific/Kiritimati')).toBe('2027')
  expect(yearOf('last-7d', new Date('2027-01-01T08:00:00Z'), 'Pacific/Pago_Pago')).toBe('2026')
})

test('what a place is assessed by', () => {
  const places = [{ level: 'thing', key: 'harbour', stations: 1, assessments: [no2Hour] } as const].map((place) => ({
    ...place,
    assessments: [...place.assessments],
  }))
  expect(assessmentsOf(places, 'thing', 'harbour')).toEqual([no2Hour])
  expect(assessmentsOf(places, 'city')).toEqual([])
})
