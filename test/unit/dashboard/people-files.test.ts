import { describe, expect, test } from 'vitest'
import { affordabilityColumns } from '#dashboard/src/people/affordability-table.tsx'
import { changeColumns, changeRows } from '#dashboard/src/people/change-table.tsx'
import { coreColumns } from '#dashboard/src/people/core-columns.tsx'
import { divideColumns } from '#dashboard/src/people/divide-table.tsx'
import { surveyColumns } from '#dashboard/src/people/surveys/survey-desk.tsx'
import { problemColumns } from '#dashboard/src/people/surveys/survey-outcome.tsx'
import { effectColumns, rankColumns } from '#dashboard/src/people/wellbeing-sensitivity.tsx'
import { environmentColumns, factorColumns } from '#dashboard/src/people/wellbeing-tables.tsx'
import type { DividesResponse } from '#model/api/people.ts'
import type { Estimate } from '#model/survey/codebook.ts'
import { i18n, tableOf } from './table-of.ts'

describe('the file of a table has everything that the page shows, unrounded', () => {
  const estimate: Estimate = {
    ...{ group: {}, value: 0.61234, standardError: 0.02, lower: 0.57321, upper: 0.65147, n: 412, designEffect: 1.2 },
    ...{
      reliable: true,
      reliability: 'review',
      reliabilityReasons: [],
      nonresponse: 0.04321,
      nonresponseWeighted: 0.05678,
    },
    ...{ againstCity: null, suppressed: null },
  }
  const hidden: Estimate = {
    ...{ ...estimate, value: null, standardError: null, lower: null, upper: null, n: null, reliability: null },
    ...{ reliable: null, nonresponse: null, nonresponseWeighted: null, suppressed: 'below_threshold' },
  }
  const inference = {
    value: -0.12345,
    standardError: 0.01,
    lower: -0.15432,
    upper: -0.09876,
    degreesOfFreedom: 20,
    n: 400,
  }

  test('a digital divide: brackets and stars are a column, gaps of shares are points, a hidden group says why', () => {
    const shown = {
      ...{ data: { statistic: 'proportion', unit: '' } as DividesResponse },
      show: (value: number) => i18n.percent(value, 0),
    }
    const group = { group: {}, parity: null, significant: null }
    const old = { ...group, label: 'Old', estimate, gap: inference, ratio: { ...inference, value: 0.8321 } }
    const few = { ...group, label: 'Few', estimate: hidden, gap: null, ratio: null }
    expect(tableOf(divideColumns(shown, i18n), old, few)).toEqual({
      page: [
        ['Group', 'Estimate', 'Interval', 'Gap, points', 'Interval of the gap', 'Ratio', 'Respondents', 'No answer'],
        ['Old', '61%*', '57% to 65%', '−12.3', '−15.4 to −9.9', '0.83', '412', '5.7% (4.3% of respondents)'],
        ['Few', 'too few respondents', '–', '–', '–', '–', '–', '–'],
      ],
      file: [
        [
          ...['Group', 'Estimate', 'Estimate: reliable', 'Estimate: why there is no value', 'Unit'],
          ...['Interval: lower bound', 'Interval: upper bound', 'Gap, points'],
          ...['Interval of the gap: lower bound', 'Interval of the gap: upper bound', 'Ratio'],
          ...['Respondents', 'No answer', 'No answer, of respondents'],
        ],
        [
          ...['Old', 0.61234, 'needs review', null, null, 0.57321, 0.65147, expect.closeTo(-12.345, 10)],
          ...[expect.closeTo(-15.432, 10), expect.closeTo(-9.876, 10), 0.8321, 412, 0.05678, 0.04321],
        ],
        ['Few', null, null, 'too few respondents', ...Array(10).fill(null)],
      ],
    })
  })

  test('core indicators, overall and by group', () => {
    const old = { ...estimate, group: { age: '75+' }, value: 0.31234, reliability: 'unreliable' } as const
    const item = {
      question: 'q',
      text: 'Uses a computer',
      category: null,
      label: null,
      statistic: 'proportion',
    } as const
    const indicator = { code: 'HH5', name: '', base: '', multiple: false, sdg: '4.4.1', items: [] }
    const groups = [
      { code: '75+', label: '75 or older' },
      { code: '15', label: '15 to 74' },
    ]
    const row = { indicator, item: { ...item, estimates: [estimate, old] } }
    expect(tableOf(coreColumns('age', groups, i18n), row)).toEqual({
      page: [
        ['Indicator', 'All', 'Interval', 'Respondents', 'No answer', '75 or older', '15 to 74'],
        [
          ...['HH5 Uses a computer SDG 4.4.1', '61%*', '57% to 65%', '412', '5.7% (4.3% of respondents)'],
          ...['(31%)', '–'],
        ],
      ],
      file: [
        [
          ...['Indicator', 'Code', 'SDG indicator', 'Statistic', 'All', 'All: reliable', 'All: why there is no value'],
          ...['Interval: lower bound', 'Interval: upper bound'],
          ...['Respondents', 'No answer', 'No answer, of respondents'],
          ...['75 or older', '75 or older: reliable', '75 or older: why there is no value'],
          ...['15 to 74', '15 to 74: reliable', '15 to 74: why there is no value'],
        ],
        [
          ...['Uses a computer', 'HH5', '4.4.1', 'proportion', 0.61234, 'needs review', null, 0.57321, 0.65147],
          ...[412, 0.05678, 0.04321, 0.31234, 'no', null, null, null, null],
        ],
      ],
    })
  })

  test('what access costs', () => {
    const group = { label: 'Lowest fifth', group: {}, share: 0.03456, lower: 0.03123, upper: 0.03789 }
    const known = { ...group, medianPrice: 29.987, n: 80, affordable: false }
    const open = { ...group, label: 'Few', share: null, lower: null, upper: null, medianPrice: null, n: null }
    expect(tableOf(affordabilityColumns('EUR', i18n), known, { ...open, affordable: null })).toEqual({
      page: [
        ['Group', 'Median price', 'Share of income', 'Interval', 'Respondents', 'Affordable'],
        ['Lowest fifth', '30 EUR', '3.5%', '3.1% to 3.8%', '80', 'No'],
        ['Few', '–', '–', '–', '–', 'Not available'],
      ],
      file: [
        [
          ...['Group', 'Median price', 'Unit', 'Share of income', 'Interval: lower bound', 'Interval: upper bound'],
          ...['Respondents', 'Affordable'],
        ],
        ['Lowest fifth', 29.987, 'EUR', 0.03456, 0.03123, 0.03789, 80, 'No'],
        ['Few', null, 'EUR', null, null, null, null, 'Not available'],
      ],
    })
  })

  const known = {
    value: 61.2345,
    lower: 58.1234,
    upper: 64.3456,
    standardError: 1,
    degreesOfFreedom: 20,
    n: 400,
    missing: null,
  }
  const missing = { ...known, value: null, lower: null, upper: null, n: null, missing: 'not_asked' as const }
  const beside = {
    ...{ code: '1.1', indicator: 'Broadband', dataPoint: '', name: '', value: 71.98765, unit: '%', score: null },
    ...{ origin: 'reported' as const, simulated: false, missing: null },
  }

  test('factors of wellbeing: measurements are text with their full numbers', () => {
    const factor = { id: 'access', weight: 1, items: [], disagreement: 'measured_better' as const }
    const rows = [
      {
        ...factor,
        score: known,
        beside: [beside, { ...beside, name: 'rural', dataPoint: 'rural', value: null, origin: null }],
      },
      { ...factor, score: missing, beside: [], disagreement: null },
    ]
    const name = i18n.name('factor', 'access')
    expect(tableOf(factorColumns(i18n), ...(rows as never as [never]))).toEqual({
      page: [
        ['Factor', 'Perceived', 'Measured or reported'],
        [
          name,
          '61.2 (58.1 to 64.3)',
          'Broadband: 72 % (reported) Broadband, rural: no value Measured better than perceived.',
        ],
        [name, 'not asked', '–'],
      ],
      file: [
        [
          ...['Factor', 'Perceived', 'Perceived: why there is no value', 'Perceived: lower bound'],
          ...['Perceived: upper bound', 'Measured or reported', 'Perceived and measured'],
        ],
        [
          ...[name, 61.2345, null, 58.1234, 64.3456],
          ...['Broadband: 71.98765 % (reported); Broadband, rural: no value', 'Measured better than perceived.'],
        ],
        [name, null, 'not asked', null, null, null, null],
      ],
    })
    const [, environment] = tableOf(environmentColumns(i18n), { id: 'air', indicators: [beside] } as never).file
    expect(environment?.[1]).toBe('Broadband: 71.98765 % (reported)')
  })

  test('wellbeing in two rounds', () => {
    const change = { ...inference, value: 2.3456, lower: -0.1234, upper: 4.8146, p: 0.06 }
    const index = { from: known, to: { ...known, value: 63.5801 }, change, significant: false }
    const factor = { id: 'access', items: 1, from: missing, to: known, change: null, significant: null, holds: null }
    const dimension = { ...index, id: 'influences', significant: true, factors: [factor, { ...factor, items: 0 }] }
    const data = {
      baseline: { id: 'a', title: '2024' },
      followup: { id: 'b', title: '2025' },
      index,
      dimensions: [dimension],
    }
    const { page, file } = tableOf(changeColumns(data as never, i18n), ...changeRows(data as never, i18n))
    const access = i18n.name('factor', 'access')
    expect(page).toEqual([
      ['Factor', '2024', '2025', 'Change', 'Result'],
      ['Index', '61.2', '63.6', '+2.3 (−0.1 to +4.8)', 'no significant change'],
      ['Digital influences', '61.2', '63.6', '+2.3 (−0.1 to +4.8)', 'increase'],
      [access, 'not asked', '61.2', '–', 'not available'],
    ])
    expect(file).toEqual([
      [
        ...['Factor', '2024', '2024: why there is no value', '2025', '2025: why there is no value'],
        ...['Change', 'Change: lower bound', 'Change: upper bound', 'Result'],
      ],
      ['Index', 61.2345, null, 63.5801, null, 2.3456, -0.1234, 4.8146, 'no significant change'],
      ['Digital influences', 61.2345, null, 63.5801, null, 2.3456, -0.1234, 4.8146, 'increase'],
      [access, null, 'not asked', 61.2345, null, null, null, null, 'not available'],
    ])
  })

  test('what the index depends on: effects and ranks', () => {
    const effect = { input: 'method', first: 0.12345, total: 0.23456 }
    const rank = { zone: 'old', rank: 2, p5: 1, p50: 2, p95: 3.5, meanShift: 0.4567 }
    const ranks = { zones: [rank], meanShift: 0.4, effects: [{ ...effect, total: 0.98765 }] }
    expect(tableOf(effectColumns(ranks, i18n), effect)).toEqual({
      page: [
        ['Choice', 'Alone', 'Total', 'Total, for district ranks'],
        ['Scoring method', '12%', '23%', '99%'],
      ],
      file: [
        ['Choice', 'Alone', 'Total', 'Total, for district ranks'],
        ['Scoring method', 0.12345, 0.23456, 0.98765],
      ],
    })
    expect(
      tableOf(
        rankColumns(() => 'Old town', i18n),
        rank,
      ),
    ).toEqual({
      page: [
        ['District', 'Rank', '90% of draws', 'Mean change in rank'],
        ['Old town', '2', '1 to 3.5', '0.5'],
      ],
      file: [
        ['District', 'Rank', '90% of draws: lower bound', '90% of draws: upper bound', 'Mean change in rank'],
        ['Old town', 2, 1, 3.5, 0.4567],
      ],
    })
  })

  test('surveys, and what was wrong with one', () => {
    const survey = {
      id: 'ict',
      title: 'ICT',
      from: '2025-03-01',
      to: '2025-04-30',
      respondents: 1200,
      origin: 'imported',
    }
    const { page, file } = tableOf(
      surveyColumns(() => {}, i18n),
      survey as never,
    )
    expect(page[1]).toEqual([
      'ICT ict',
      'Mar 1, 2025 to Apr 30, 2025',
      '1,200',
      i18n.name('desk.origin', 'imported'),
      'Erase…',
    ])
    expect(file[1]).toEqual(['ICT', 'ict', '2025-03-01/2025-04-30', 1200, page[1]?.[3]])
    const problem = { row: 1234, column: 'age', value: 'x', reason: 'is no code' }
    expect(tableOf(problemColumns(i18n), problem, { ...problem, row: null })).toEqual({
      page: [
        ['Row', 'Column', 'Value', 'Problem'],
        ['1,234', 'age', 'x', 'is no code'],
        ['codebook', 'age', 'x', 'is no code'],
      ],
      file: [
        ['Row', 'Column', 'Value', 'Problem'],
        [1234, 'age', 'x', 'is no code'],
        ['codebook', 'age', 'x', 'is no code'],
      ],
    })
  })
})
