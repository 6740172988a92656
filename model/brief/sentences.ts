import type { BriefChange, Headline } from '#model/api/brief.ts'

export type HeadlineMessage =
  | `brief.headline.${Exclude<Headline['code'], 'improved' | 'declined'>}`
  | `brief.headline.${'improved' | 'declined'}.${'rose' | 'fell'}`

/** What a sentence needs of the language in which it is written. */
export type Speaker = {
  t(id: HeadlineMessage, values?: Record<string, string | number>): string
  quantity(value: number, unit: string): string
  /** a difference of two values: that of percentages is in percentage points */
  difference(value: number, unit: string): string
  number(value: number): string
  /** a score of 0 to 100 */
  score(value: number): string
  list(items: readonly string[]): string
  /** name of an indicator or of one of its data points, in the language */
  indicator(change: Pick<BriefChange, 'code' | 'dataPoint' | 'name'>): string
}

/** One finding as a sentence. It states the size of a change without sign, because its verb has the direction. */
export function sentenceOf(headline: Headline, speaker: Speaker): string {
  const { t, score, list } = speaker
  switch (headline.code) {
    case 'improved':
    case 'declined':
      return changeSentence(headline.code, headline.change, speaker)
    case 'score':
      return t('brief.headline.score', { ...headline, score: score(headline.score) })
    case 'score_change':
      return t('brief.headline.score_change', {
        ...headline,
        before: score(headline.before),
        now: score(headline.now),
      })
    case 'worst_off': {
      const { name, districts, measures } = headline
      const [low, high] = headline.rank
      return t('brief.headline.worst_off', { name, districts, measures, low: Math.floor(low), high: Math.ceil(high) })
    }
    case 'worst_off_several':
      return t('brief.headline.worst_off_several', { names: list(headline.names), measures: headline.measures })
    default: {
      const { code, ...values } = headline
      return t(`brief.headline.${code}`, values)
    }
  }
}

function changeSentence(code: 'improved' | 'declined', change: BriefChange, speaker: Speaker): string {
  const { t, quantity, difference, number, indicator } = speaker
  const { unit, before, now, interval } = change
  const sizes = (interval ?? [change.change, change.change]).map(Math.abs).toSorted((a, b) => a - b)
  const [low = 0, high = 0] = sizes
  return t(`brief.headline.${code}.${change.change > 0 ? 'rose' : 'fell'}`, {
    indicator: indicator(change),
    before: quantity(before, unit),
    now: quantity(now, unit),
    change: difference(Math.abs(change.change), unit),
    low: number(low),
    high: number(high),
  })
}
