import type { BriefResponse, Headline } from '#model/api/brief.ts'

/** More candidates than this are not named one by one. */
const MAX_NAMED = 4

type Figures = Pick<BriefResponse, 'score' | 'scoreChange' | 'changes' | 'burdens' | 'goals'>

/** The findings of a brief; that there is no score comes last. What its coverage or its significance does not carry is not among them. */
export function headlinesOf(figures: Figures): Headline[] {
  const findings = [...changes(figures), ...worstOff(figures), ...targets(figures)]
  return figures.score.score === null ? [...findings, ...score(figures)] : [...score(figures), ...findings]
}

function score({ score: own, scoreChange }: Figures): Headline[] {
  const { scored, dataPoints, needed } = own
  const head: Headline =
    own.score === null
      ? { code: 'score_withheld', scored, dataPoints, needed }
      : { code: 'score', score: own.score, scored, dataPoints }
  const { before, now, dataPoints: both } = scoreChange
  return before === null || now === null ? [head] : [head, { code: 'score_change', before, now, dataPoints: both }]
}

function changes({ changes: { improvements, declines, tested } }: Figures): Headline[] {
  const found: Headline[] = [
    ...improvements.slice(0, 1).map((change): Headline => ({ code: 'improved', change })),
    ...declines.slice(0, 1).map((change): Headline => ({ code: 'declined', change })),
  ]
  if (found.length > 0) return found
  return [tested === 0 ? { code: 'no_comparison' } : { code: 'no_change', tested }]
}

function worstOff({ burdens }: Figures): Headline[] {
  if (!burdens) return []
  const { districts, worst, topics } = burdens
  const measures = topics.reduce((sum, topic) => sum + topic.measures.length, 0)
  const named = districts.filter(({ zone }) => worst.includes(zone))
  const [first] = named
  if (!first) return []
  if (named.length === 1)
    return [{ code: 'worst_off', name: first.name, rank: first.rankInterval, districts: districts.length, measures }]
  if (named.length <= MAX_NAMED) return [{ code: 'worst_off_several', names: named.map(({ name }) => name), measures }]
  return [{ code: 'worst_off_open', candidates: named.length, districts: districts.length }]
}

function targets({ goals }: Figures): Headline[] {
  const states = goals.flatMap(({ progress }) => progress?.status ?? [])
  if (states.length === 0) return []
  const count = (...wanted: readonly string[]): number => states.filter((state) => wanted.includes(state)).length
  return [
    {
      code: 'targets',
      reached: count('reached'),
      onCourse: count('on_course'),
      behind: count('behind', 'wrong_way'),
      targets: states.length,
    },
  ]
}
