import type { BriefChange } from '#model/api/brief.ts'
import type { Speaker } from '#model/brief/sentences.ts'
import type { Formatters } from '../i18n/formatters.ts'

type Named = Pick<BriefChange, 'code' | 'dataPoint' | 'name'>

/** "Air pollution: Ozone", in the language of the page. */
export function indicatorName({ code, dataPoint, name }: Named, { named }: Pick<Formatters, 'named'>): string {
  const [indicator = name, point] = name.split(': ')
  const head = named('indicator', code, indicator)
  return point === undefined ? head : `${head}: ${named('indicator', `${code}.${dataPoint}`, point)}`
}

/** A difference of two values: that of percentages is in percentage points. */
export const difference = (value: number, unit: string, { t, number, quantity }: Formatters): string =>
  unit === '%' ? t('brief.points', { value: number(value) }) : quantity(value, unit)

/** The language of the page, for sentences that are written from data. */
export const speakerOf = (i18n: Formatters): Speaker => ({
  t: i18n.t,
  quantity: i18n.quantity,
  difference: (value, unit) => difference(value, unit, i18n),
  number: i18n.number,
  score: (value) => i18n.percent(value / 100),
  list: (items) => new Intl.ListFormat(i18n.locale, { type: 'disjunction' }).format(items),
  indicator: (change) => indicatorName(change, i18n),
})
