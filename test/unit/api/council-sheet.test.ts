import { expect, test } from 'vitest'
import { printCouncilSheet } from '#api/reports/pdf/council-sheet.ts'
import { reportText } from '#api/reports/report-text.ts'
import type { BriefChange, BriefResponse } from '#model/api/brief.ts'
import { INDICATORS } from '#model/indicators/catalogue/index.ts'

/** The catalogue's longest names, five of everything. */
const longest = INDICATORS.toSorted((a, b) => b.name.length - a.name.length).slice(0, 10)
const change = (i: number, size: number): BriefChange => {
  const { code = '', name = '', unit = '' } = longest[i] ?? {}
  return {
    ...{ code, dataPoint: '', name, unit, before: 1234.5, now: 1234.5 + size, change: size, standardError: 1 },
    ...{ interval: [size - 2, size + 2], p: 0.001, adjustedP: 0.01, paired: false, relative: 0.1 },
    ...{ verdict: size > 0 ? 'better' : 'worse', origin: 'surveyed', simulated: true },
  }
}
const five = [0, 1, 2, 3, 4]
const full: BriefResponse = {
  city: { name: 'Selmora', country: '', population: 1, simulated: true, mapAttribution: [] },
  period: { label: '2026', from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z', partial: true },
  ...{ before: '2025', computedAt: '2026-11-30T12:00:00Z' },
  score: { score: 80, band: '66-95', scored: 60, reported: 70, dataPoints: 112, scorable: 80, needed: 56 },
  scoreChange: { dataPoints: 57, before: 75, now: 80 },
  changes: {
    improvements: five.map((i) => change(i, 12)),
    declines: five.map((i) => change(5 + i, -12)),
    ...{ undetermined: [], tested: 10, notDistinguishable: 0, uncertaintyUnknown: 0 },
    incomparable: { missing_now: 0, missing_before: 0, partial: 0, same_source: 0 },
  },
  goals: five.map((i) => {
    const { code = '', name = '', unit = '' } = longest[i] ?? {}
    const progress = {
      target: 1,
      targetYear: 2030,
      baseline: null,
      share: 0.2,
      expected: 0.3,
      status: 'wrong_way' as const,
    }
    return {
      ...{ code, dataPoint: '', name, unit, value: 1, benchmark: null, score: null, target: 1, targetYear: 2030 },
      ...{ progress, latest: { period: '2025', value: 2 }, trend: null, source: 'Plan' },
    }
  }),
  peers: five.map((i) => {
    const { code = '', name = '', unit = '' } = longest[i] ?? {}
    const peer = { city: 'City with a long name', value: 1, source: 'Yearbook' }
    return { code, dataPoint: '', name, unit, period: '2025', value: 1, peers: [peer, peer], median: 1, better: 1 }
  }),
  burdens: {
    ...{ period: '2026', draws: 10, topics: [{ topic: 'air', measures: ['a', 'b', 'c'] }], worst: ['z0'] },
    districts: five.map((i) => ({
      ...{ zone: `z${i}`, name: `District with a long name ${i}`, measures: 3, score: 0.5, rank: i + 1 },
      rankInterval: [1, 9] as [number, number],
    })),
  },
  levers: {
    improve: five.map((i) => ({ ...change(i, 1), value: 1, benchmark: 2, points: 2, gain: 1.5 })),
    ...{ report: [], ifReported: null, withoutBenchmark: 3 },
  },
  headlines: [
    { code: 'score', score: 80, scored: 60, dataPoints: 112 },
    { code: 'score_change', before: 75, now: 80, dataPoints: 57 },
    { code: 'improved', change: change(0, 12) },
    { code: 'declined', change: change(5, -12) },
    { code: 'worst_off_several', names: five.slice(1).map((i) => `District with a long name ${i}`), measures: 16 },
    { code: 'targets', reached: 0, onCourse: 1, behind: 3, targets: 5 },
  ],
}

test.each(['en', 'fr', 'es', 'ru'] as const)('the fullest sheet in %s fits on one page', async (language) => {
  const pdf = await printCouncilSheet(full, reportText(language))
  expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)).toHaveLength(1)
})
