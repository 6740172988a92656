import { describe, expect, test } from 'vitest'
import { partColumns } from '#dashboard/src/air-quality/air-index-panel.tsx'
import { limitColumns } from '#dashboard/src/air-quality/limits-panel.tsx'
import { whoColumns } from '#dashboard/src/air-quality/who-panel.tsx'
import { valueColumns } from '#dashboard/src/indicators/history-table.tsx'
import { zoneColumns } from '#dashboard/src/indicators/indicator-zones.tsx'
import { correlationColumns } from '#dashboard/src/map/controls/correlation-panel.tsx'
import { ribbonColumns } from '#dashboard/src/map/ribbon/ribbon-table.tsx'
import type { AirAssessment } from '#model/api/air-limits.ts'
import { i18n, tableOf } from './table-of.ts'

describe('the file of a table has everything that the page shows, unrounded', () => {
  test('sub-indices of an air quality index: notes are columns, a bound says so', () => {
    const part = {
      pollutant: 'no2',
      concentration: 41.26431,
      value: 3,
      averaging: 'mean_1h',
      hours: 1,
      category: 'moderate',
    }
    expect(tableOf(partColumns(i18n), { ...part, beyond: false }, { ...part, beyond: true })).toEqual({
      page: [
        ['Pollutant', 'Concentration', 'Index'],
        ['NO₂', '41.3 1 h', '3'],
        ['NO₂', '41.3 1 h', '≥ 3'],
      ],
      file: [
        ['Pollutant', 'Concentration', 'Unit', 'Averaging', 'Index', 'Limit'],
        ['NO₂', 41.26431, 'µg/m³', '1 h', 3, null],
        ['NO₂', 41.26431, 'µg/m³', '1 h', 3, 'above'],
      ],
    })
  })

  test('a place and the legal limits', () => {
    const hour: AirAssessment = {
      ...{ pollutant: 'no2', kind: 'limit', per: 'hour', level: 200, unit: 'ug/m3', value: 210.4567 },
      ...{ exceedances: 4, permitted: 18, remaining: 14, exceeded: false, dataCapture: 0.97, covered: true },
      ...{ years: 1, station: 'harbour' },
    }
    expect(tableOf(limitColumns(i18n), hour)).toEqual({
      page: [
        ['Pollutant', 'Value', 'Result'],
        ['NO₂ limit, hour', '210 µg/m³', 'met level 200 µg/m³ 14 exceedances remaining.'],
      ],
      file: [
        ['Pollutant', 'Rule', 'Value', 'Level', 'Unit', 'Remaining', 'Result'],
        ['NO₂', 'limit, hour', 210.4567, 200, 'µg/m³', 14, 'met'],
      ],
    })
  })

  test('a place and the WHO levels', () => {
    const place = { key: 'old', level: 'zone', pollutant: 'pm2_5', dataCapture: 0.9, people: 100 }
    const verdict = { rule: 'annual', value: 7.1234, level: 5, interim: [35, 25, 15, 10], reached: 'interim_4' }
    const row = { place, verdict: { ...verdict, days: 300, daysAbove: 100, exceeded: true } }
    expect(tableOf(whoColumns(i18n), row as never)).toEqual({
      page: [
        ['Pollutant', 'Value', 'Result'],
        ['PM2.5 annual mean', '7.12 µg/m³', 'above guideline; interim target 4 met guideline 5 µg/m³'],
      ],
      file: [
        ['Pollutant', 'Rule', 'Value', 'Guideline', 'Unit', 'Result'],
        ['PM2.5', 'annual mean', 7.1234, 5, 'µg/m³', 'above guideline; interim target 4 met'],
      ],
    })
  })

  test('an indicator over time: the bounds of the interval are columns', () => {
    const common = { from: '', to: '', standardError: null, simulated: false }
    const known = { ...common, period: '2025', partial: false, value: 12.34567, dataCapture: 0.98765, missing: null }
    const open = { ...common, period: '2026', partial: true, value: null, dataCapture: null, missing: 'too few days' }
    const rows = [
      { ...known, interval: [11.98765, 12.71234] as [number, number] },
      { ...open, interval: null },
    ]
    expect(tableOf(valueColumns('%', i18n), ...rows)).toEqual({
      page: [
        ['Period', 'Value', 'Completeness'],
        ['2025', '12.3 %12 to 12.7', '99%'],
        ['2026 (partial)', '–', '–'],
      ],
      file: [
        [
          'Period',
          'Value',
          'Value: lower bound',
          'Value: upper bound',
          'Unit',
          'Value: why there is no value',
          'Completeness',
        ],
        ['2025', 12.34567, 11.98765, 12.71234, '%', null, 0.98765],
        ['2026 (partial)', null, null, null, '%', 'too few days', null],
      ],
    })
  })

  test('an indicator of the districts', () => {
    const shown = { unit: '%', nameOf: () => 'Old town', most: 20 }
    expect(tableOf(zoneColumns(shown, i18n), { zone: 'old', value: 12.34567 })).toEqual({
      page: [
        ['District', 'Value'],
        ['Old town', '12.3 %'],
      ],
      file: [
        ['District', 'Value', 'Unit'],
        ['Old town', 12.34567, '%'],
      ],
    })
  })

  test('a correlation with its interval, and one that could not be computed', () => {
    const found = { value: -0.456789, lower: -0.71234, upper: -0.01234 }
    const rows = [
      { kind: 'spearman', found },
      { kind: 'pearson', found: null },
    ] as const
    expect(tableOf(correlationColumns(i18n), ...(rows as never as [never]))).toEqual({
      page: [
        ['Correlation', 'Value', '95% interval'],
        ['Spearman (rank)', '−0.46', '−0.71 to −0.01'],
        ['Pearson (linear)', '–', '–'],
      ],
      file: [
        ['Correlation', 'Value', '95% interval: lower bound', '95% interval: upper bound'],
        ['Spearman (rank)', -0.456789, -0.71234, -0.01234],
        ['Pearson (linear)', null, null, null],
      ],
    })
  })

  test('events and gaps: instants in UTC; what lasts has no end', () => {
    const start = Date.parse('2025-07-01T10:00:00Z')
    const event = { id: '1', kind: 'event', severity: 'warning', name: 'Smoke', start, end: start + 3_600_000 } as const
    const gap = { id: '2', kind: 'gap', severity: null, name: '', start, end: null } as const
    expect(
      tableOf(
        ribbonColumns(() => {}, i18n),
        event,
        gap,
      ),
    ).toEqual({
      page: [
        ['What', 'Began', 'Ended', 'Severity'],
        ['Event Smoke', 'Jul 1, 2025, 11:00', 'Jul 1, 2025, 12:00', 'Warning'],
        ['Data gap', 'Jul 1, 2025, 11:00', 'still lasts', '–'],
      ],
      file: [
        ['What', 'Began', 'Ended', 'Severity'],
        ['Event Smoke', '2025-07-01T10:00:00.000Z', '2025-07-01T11:00:00.000Z', 'Warning'],
        ['Data gap', '2025-07-01T10:00:00.000Z', null, null],
      ],
    })
  })
})
