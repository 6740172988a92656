import type { Estimate } from '#model/survey/codebook.ts'
import type { Formatters } from '../i18n/formatters.ts'

/** An estimate as it may be presented: in brackets where it is too unsure, with a star where a statistician should look. */
export function judged({ reliability }: Pick<Estimate, 'reliability'>, text: string, { t }: Formatters): string {
  if (reliability === 'unreliable') return t('estimate.unreliable', { value: text })
  return reliability === 'review' ? t('estimate.review', { value: text }) : text
}

/** Share of those asked who did not answer: weighted, and of respondents where that is not the same. */
export function nonresponseText(
  { nonresponse, nonresponseWeighted }: Pick<Estimate, 'nonresponse' | 'nonresponseWeighted'>,
  { t, percent }: Formatters,
): string {
  if (nonresponse === null || nonresponseWeighted === null) return t('none')
  const [weighted, plain] = [percent(nonresponseWeighted, 1), percent(nonresponse, 1)]
  return weighted === plain ? weighted : t('estimate.nonresponse', { weighted, plain })
}
