/** What the invented city wants, in the form of goals.csv: one on course, one behind, one going the wrong way, one in the air. */
type Goal = {
  code: string
  point?: string
  benchmark?: number
  target: number
  year: number
  baseline?: number
  source: string
}

const PLAN = 'Selmora 2030 (invented plan)'
const GOALS: readonly Goal[] = [
  { code: 'EC:ICT:ICT:2C', target: 90, year: 2030, baseline: 2022, source: PLAN },
  { code: 'EC:I:WS:3C', target: 15, year: 2030, baseline: 2022, source: PLAN },
  { code: 'EN:EN:WS:4C', point: 'tertiary', benchmark: 80, target: 50, year: 2028, baseline: 2022, source: PLAN },
  { code: 'EC:P:EM:1C', target: 5, year: 2028, baseline: 2022, source: PLAN },
  { code: 'EN:EN:AQ:1C', point: 'pm2_5', benchmark: 10, target: 8, year: 2030, source: PLAN },
]

export function goalsCsv(): string {
  const rows = GOALS.map(({ code, point = '', benchmark = '', target, year, baseline = '', source }) =>
    [code, point, benchmark, target, year, baseline, source].join(','),
  )
  return `${['code,data_point,benchmark,target,target_year,baseline_year,source', ...rows].join('\n')}\n`
}
