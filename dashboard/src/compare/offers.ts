import type { ComparisonKind } from '#model/api/compare.ts'
import type { SurveysResponse } from '#model/api/indicators.ts'
import { localMonth } from '#model/basics/period.ts'
import type { Formatters } from '../i18n/formatters.ts'
import type { Pair } from '../state/pair.ts'
import type { Option } from '../ui/choice.tsx'
import { periodChoices } from '../ui/periods.ts'

type Survey = SurveysResponse['surveys'][number]
/** What there is to compare. */
export type Offers = {
  readonly zones: readonly { readonly properties: { readonly key: string; readonly name: string } }[]
  readonly surveys: readonly Survey[]
  readonly now: Date
  readonly timeZone: string
}

const EARLIER_YEARS = 5

/** A first pair of a kind; undefined where there are no two of it. */
export function presetOf(kind: ComparisonKind, offers: Offers): Pair | undefined {
  if (kind === 'periods') {
    const { year } = localMonth(offers.now, offers.timeZone)
    return { kind, a: String(year - 1), b: String(year) }
  }
  if (kind === 'zones') {
    const [first, second] = zoneOptions(offers)
    return first && second && { kind, a: first.id, b: second.id }
  }
  const by = characteristicsOf(offers)[0]?.id
  return by === undefined ? undefined : groupPair(by, offers)
}

/** The first and the last category of a characteristic. */
export function groupPair(by: string, offers: Offers): Pair | undefined {
  const groups = groupOptions(by, offers)
  const [first, last] = [groups[0], groups.at(-1)]
  return first && last && first !== last ? { kind: 'groups', a: first.id, b: last.id, by } : undefined
}

export const zoneOptions = ({ zones }: Offers): Option[] =>
  zones
    .map(({ properties: { key, name } }) => ({ id: key, label: name }))
    .toSorted((a, b) => a.label.localeCompare(b.label))

/** The survey that the address names, else the newest. */
export const surveyOf = ({ surveys }: Offers, id?: string | null): Survey | undefined =>
  surveys.find((survey) => survey.id === id) ?? surveys.toSorted((a, b) => (a.to < b.to ? 1 : -1))[0]

export const characteristicsOf = (offers: Offers, survey?: string | null): Option[] =>
  (surveyOf(offers, survey)?.questions ?? [])
    .filter(({ group }) => group)
    .map(({ column, text }) => ({ id: column, label: text }))

export function groupOptions(by: string, offers: Offers, survey?: string | null): Option[] {
  const question = surveyOf(offers, survey)?.questions.find(({ column }) => column === by)
  return Object.entries(question?.categories ?? {})
    .filter(([code]) => !question?.missing.includes(code))
    .map(([id, label]) => ({ id, label }))
}

/** All periods of the other pages, the years before them, and the same months and quarters a year earlier. */
export function periodOptions(current: readonly string[], offers: Offers, i18n: Formatters): Option[] {
  const known = periodChoices(current[0] ?? '', offers.now, i18n)
  const { year } = localMonth(offers.now, offers.timeZone)
  const years = Array.from({ length: EARLIER_YEARS }, (_, i) => String(year - 2 - i))
  const back = known.flatMap(({ id }) => {
    const [, y, rest] = /^(\d{4})(-.+)$/.exec(id) ?? []
    return y && rest ? [`${Number(y) - 1}${rest}`] : []
  })
  const more = [...back, ...years, ...current].filter((id) => !known.some((one) => one.id === id))
  return [...known, ...[...new Set(more)].map((id) => ({ id, label: id }))]
}
