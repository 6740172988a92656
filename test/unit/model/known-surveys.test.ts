/** The design of surveys that are published as files, by the names that their documentation gives. */
import { describe, expect, test } from 'vitest'
import { draftCodebook } from '#model/survey-file/draft-codebook.ts'
import { KNOWN_SURVEYS, knownSurvey } from '#model/survey-file/known-surveys.ts'

const ABOUT = {
  id: 'a',
  title: 'A',
  universe: 'people',
  from: '2025-01-01',
  to: '2025-02-01',
  zones: new Set<string>(),
}
/** Forty persons: a number of their own, weights above zero, ten strata of two clusters. */
function fileOf(columns: readonly string[]): string[][] {
  const rows = Array.from({ length: 40 }, (_, person) =>
    columns.map((name) => {
      if (/^(seqn|m?case_?id|hhid|serialno|idno)$/i.test(name)) return String(1000 + person)
      if (/(stra|v02[23]|stratum)/i.test(name)) return String(1 + Math.floor(person / 4))
      if (/(psu|v021|v001)/i.test(name)) return String(1 + (Math.floor(person / 2) % 2))
      if (/(wt|weight|wght|wgtp|v005)/i.test(name)) return String(900000 + 1000 * (person % 7))
      return String(1 + (person % 2))
    }),
  )
  return [[...columns], ...rows]
}
const designOf = (...columns: string[]) => draftCodebook(fileOf(columns), ABOUT).codebook.columns

describe('the names of the published files', () => {
  test.each([
    [
      'NHANES',
      ['SEQN', 'RIAGENDR', 'WTMEC2YR', 'WTINT2YR', 'SDMVPSU', 'SDMVSTRA'],
      { respondent: 'SEQN', weight: 'WTINT2YR', stratum: 'SDMVSTRA', cluster: 'SDMVPSU' },
    ],
    [
      'DHS, women',
      ['caseid', 'v001', 'v005', 'v021', 'v022', 'v023', 'v106'],
      { respondent: 'caseid', weight: 'v005', stratum: 'v023', cluster: 'v021' },
    ],
    [
      'DHS, households',
      ['HHID', 'HV001', 'HV005', 'HV021', 'HV022', 'HV025'],
      { respondent: 'HHID', weight: 'HV005', stratum: 'HV022', cluster: 'HV021' },
    ],
    ['ACS PUMS, persons', ['SERIALNO', 'PWGTP', 'SEX'], { respondent: 'SERIALNO', weight: 'PWGTP' }],
    [
      'European Social Survey',
      ['idno', 'cntry', 'dweight', 'pspwght', 'pweight', 'anweight', 'psu', 'stratum', 'netusoft'],
      { respondent: 'idno', weight: 'anweight', stratum: 'stratum', cluster: 'psu' },
    ],
    ['European Social Survey', ['idno', 'dweight', 'pspwght', 'netusoft'], { respondent: 'idno', weight: 'pspwght' }],
  ])('%s: %j', (name, columns, design) => {
    expect(knownSurvey(columns)?.name).toBe(name)
    expect(designOf(...columns)).toEqual(design)
  }) // prettier-ignore
})

test('a file with some of the names only is read as any other', () => {
  expect(knownSurvey(['seqn', 'weight', 'sex'])).toBeUndefined()
  expect(designOf('case_id', 'weight', 'strata', 'psu', 'sex')).toEqual({
    respondent: 'case_id',
    weight: 'weight',
    stratum: 'strata',
    cluster: 'psu',
  }) // prettier-ignore
})

test('each survey names its source and is told from all others', () => {
  for (const one of KNOWN_SURVEYS) {
    expect(one.source.length).toBeGreaterThan(20)
    expect(knownSurvey([...one.telling])?.name).toBe(one.name)
  }
})
