import type { Formatters } from '../i18n/formatters.ts'

type Cited = {
  readonly city: string
  readonly title: string
  readonly period: string
  readonly computedAt: string
}

/** City, figure, period, program, time of computation and address, in the order of APA for a data set. */
export const citationOf = ({ city, title, period, computedAt }: Cited, { t, date }: Formatters): string =>
  t('reproduce.citation', {
    ...{ city, title, period },
    year: computedAt.slice(0, 4),
    time: date(computedAt),
    address: window.location.href,
  })
