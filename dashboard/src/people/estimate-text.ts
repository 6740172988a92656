import type { Estimate } from '#model/survey/codebook.ts'
import type { Formatters } from '../i18n/formatters.ts'

/** An estimate as it may be presented: in brackets if too uncertain, with a star if a statistician should review it. */
export function estimateText({ reliability }: Pick<Estimate, 'reliability'>, text: string, { t }: Formatters): string {
  if (reliability === 'unreliable') return t('estimate.unreliable', { value: text })
  return reliability === 'review' ? t('estimate.review', { value: text }) : text
}

/** Share of respondents who did not answer: weighted, and unweighted if that differs. */
export function nonresponseText(
  { nonresponse, nonresponseWeighted }: Pick<Estimate, 'nonresponse' | 'nonresponseWeighted'>,
  { t, percent }: Formatters,
): string {
  if (nonresponse === null || nonresponseWeighted === null) return t('none')
  const [weighted, plain] = [percent(nonresponseWeighted, 1), percent(nonresponse, 1)]
  return weighted === plain ? weighted : t('estimate.nonresponse', { weighted, plain })
}

/** A mean without its unit, which is in the heading. */
export const meanText = (value: number, i18n: Formatters): string => i18n.decimal(value, Math.abs(value) >= 100 ? 0 : 1)

/** A gap: between shares in percentage points with one decimal, between means as it is. */
export const gapText = (value: number, share: boolean, i18n: Formatters): string =>
  share ? i18n.decimal(100 * value, 1) : meanText(value, i18n)
