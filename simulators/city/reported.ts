import type { CityPlan } from './plan/city-plan.ts'

/**
 * What sensors cannot tell and a city's statistics office would report: a few invented values, in the form of
 * reported/*.csv. Codes are those of Recommendation ITU-T Y.4903 (U4SSC).
 */
type Row = {
  code: string
  point?: string
  numerator?: number
  denominator?: number
  value?: number
  unit: string
  source: string
  quality?: string
  verified?: boolean
  note?: string
}

const HEADER = 'code,data_point,period,numerator,denominator,value,unit,source,data_quality,verified,note'

export function reportedCsv(plan: CityPlan): string {
  const people = plan.districts.reduce((sum, d) => sum + d.population, 0)
  const homes = plan.districts.reduce((sum, d) => sum + d.households, 0)
  const rows = table(people, homes).map((r) => {
    const value = r.value ?? scale(r)
    return [
      r.code,
      r.point ?? '',
      '2026',
      r.numerator ?? '',
      r.denominator ?? '',
      value,
      r.unit,
      r.source,
      r.quality ?? 'accurate_measurement',
      r.verified ? 'yes' : 'no',
      r.note ?? '',
    ].join(',')
  })
  return `${[HEADER, ...rows].join('\n')}\n`
}

/** Four years before, of what the city has targets for (goals.ts): values alone, as old yearbooks have them. */
export function reportedHistoryCsv(): string {
  const rows = HISTORY.flatMap(({ code, point = '', values, unit, source, quality = 'accurate_measurement' }) =>
    values.map((value, i) => [code, point, 2022 + i, '', '', value, unit, source, quality, 'no', ''].join(',')),
  )
  return `${[HEADER, ...rows].join('\n')}\n`
}

const HISTORY: readonly (Pick<Row, 'code' | 'point' | 'unit' | 'source' | 'quality'> & { values: number[] })[] = [
  {
    code: 'EC:ICT:ICT:2C',
    values: [58.3, 62.6, 67.4, 71],
    unit: '%',
    source: 'Telecom regulator subscription register',
  },
  { code: 'EC:I:WS:3C', values: [27.9, 26.8, 26.1, 25.3], unit: '%', source: 'Selmora Waterworks balance (m3)' },
  { code: 'EN:EN:WS:4C', point: 'tertiary', values: [30, 34, 35, 38], unit: '%', source: 'Selmora Waterworks' },
  {
    code: 'EC:P:EM:1C',
    values: [5.9, 6, 6.2, 6.4],
    unit: '%',
    source: 'Labour force survey',
    quality: 'extrapolated_from_survey',
  },
]

const scale = ({ numerator = 0, denominator = 1, unit }: Row): number => {
  const factor = unit === '%' ? 100 : unit.includes('100 000') ? 100_000 : 1
  return Math.round(((numerator * factor) / denominator) * 100) / 100
}

function table(people: number, homes: number): Row[] {
  const of = (share: number, whole: number) => Math.round(share * whole)
  const rate = 'per 100 000 inhabitants'
  const health = 'Selmora health service register'
  return [
    {
      code: 'EC:ICT:ICT:2C',
      numerator: of(0.742, homes),
      denominator: homes,
      unit: '%',
      source: 'Telecom regulator subscription register',
      verified: true,
    },
    {
      code: 'EC:ICT:ICT:3C',
      numerator: of(0.968, people),
      denominator: people,
      unit: rate,
      source: 'Telecom regulator subscription register',
      verified: true,
    },
    {
      code: 'EC:ICT:WS:1C',
      numerator: of(0.36, homes),
      denominator: of(1.04, homes),
      unit: '%',
      source: 'Selmora Waterworks meter register',
    },
    {
      code: 'EC:I:WS:1C',
      numerator: of(0.998, homes),
      denominator: homes,
      unit: '%',
      source: 'Selmora Waterworks',
      verified: true,
    },
    {
      code: 'EC:I:WS:2C',
      numerator: of(0.991, homes),
      denominator: homes,
      unit: '%',
      source: 'Selmora Waterworks',
      verified: true,
    },
    {
      code: 'EC:I:WS:3C',
      numerator: 1_012_000,
      denominator: 4_480_000,
      unit: '%',
      source: 'Selmora Waterworks balance (m3)',
      note: 'supplied minus billed',
    },
    { code: 'EC:I:WS:4C', numerator: of(0.954, homes), denominator: homes, unit: '%', source: 'Selmora Waterworks' },
    {
      code: 'EC:P:EM:1C',
      numerator: 1952,
      denominator: 30_840,
      unit: '%',
      source: 'Labour force survey',
      quality: 'extrapolated_from_survey',
    },
    {
      code: 'EC:P:EM:2C',
      numerator: 486,
      denominator: 3310,
      unit: '%',
      source: 'Labour force survey',
      quality: 'extrapolated_from_survey',
    },
    { code: 'EN:EN:WS:4C', point: 'primary', numerator: 97, denominator: 100, unit: '%', source: 'Selmora Waterworks' },
    {
      code: 'EN:EN:WS:4C',
      point: 'secondary',
      numerator: 93,
      denominator: 100,
      unit: '%',
      source: 'Selmora Waterworks',
    },
    {
      code: 'EN:EN:WS:4C',
      point: 'tertiary',
      numerator: 41,
      denominator: 100,
      unit: '%',
      source: 'Selmora Waterworks',
    },
    {
      code: 'SC:EH:ED:4C',
      numerator: 48_870,
      denominator: 49_510,
      unit: '%',
      source: 'Census',
      quality: 'extrapolated_from_higher_level',
    },
    {
      code: 'SC:EH:H:1C',
      value: 81.6,
      unit: 'years',
      source: health,
      quality: 'extrapolated_from_higher_level',
      note: 'five-year life table',
    },
    { code: 'SC:EH:H:3C', numerator: 241, denominator: people, unit: rate, source: health, verified: true },
    {
      code: 'SC:SH:SI:2C',
      value: 0.312,
      unit: '0 to 1',
      source: 'Tax statistics',
      quality: 'estimated_from_assumptions',
    },
    {
      code: 'SC:SH:SI:4C',
      numerator: 27_930,
      denominator: 47_120,
      unit: '%',
      source: 'Electoral commission',
      verified: true,
    },
    {
      code: 'SC:SH:SA:7C',
      numerator: 58,
      denominator: people,
      unit: 'FTE per 100 000 inhabitants',
      source: 'Fire brigade payroll',
      verified: true,
    },
    {
      code: 'SC:SH:SA:9C',
      numerator: 3,
      denominator: people,
      unit: rate,
      source: 'Police accident register',
      verified: true,
      note: 'few events: read over several years',
    },
  ]
}
