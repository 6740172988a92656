import type { Random } from '../../random/random.ts'
import { barriers } from './ict.ts'

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
const round5 = (euro: number): string => String(Math.max(5, 5 * Math.round(euro / 5)))

/**
 * What a household spends in a month and what of it on ICT, in euro, to the next five as people say it; and the reasons
 * beside the weightiest of those who have no Internet. Who has more spends more, and a smaller share of it on ICT. Chance
 * of its own, so that no other answer changes.
 */
export function spend(random: Random, a: Record<string, string>, rich: number): void {
  const young = a['age_group'] === '18-34' || a['age_group'] === '35-49' ? 1 : 0
  const people = { single: 0.7, couple: 1.1, family: 1.45 }[a['household_type'] ?? ''] ?? 1
  const all = 1_450 * people * Math.exp(0.7 * rich + 0.15 * random.gauss())
  const access = Number(a['price']) || (a['internet'] === 'yes' ? 30 : 0)
  const rest = (14 + 9 * people + 8 * young) * Math.exp(0.35 * rich + 0.3 * random.gauss())
  const keepsToItself = random.next() < 0.07
  a['spending'] = keepsToItself ? 'na' : round5(all)
  a['ict_spending'] = keepsToItself ? 'na' : round5(Math.min(access + rest, 0.3 * all))
  if (a['internet'] === 'no')
    barriers((logOdds) => (random.next() < logistic(logOdds) ? 'yes' : 'no'), { answers: a, rich, young })
}
