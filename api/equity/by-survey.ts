import type { Exposure } from '#model/api/equity.ts'
import { cellId } from '#model/statistics/disclosure/linked-tables.ts'
import { concentrationOf } from '#model/statistics/estimation/concentration.ts'
import { differenceOf, meanOf, type Values } from '#model/statistics/estimation/linearised.ts'
import { pairwiseGaps, pOf } from '#model/statistics/estimation/pairwise.ts'
import { estimated, type Linearised } from '#model/statistics/estimation/survey-design.ts'
import type { SurveyArea } from '#model/survey/codebook.ts'
import type { SurveyTables } from '../surveys/survey-tables.ts'
import { hidesSomebody } from '../surveys/table.ts'
import { about, type PeopledZone } from './by-zones.ts'
import type { Tested } from './family.ts'
import type { ZoneMeasure } from './measured.ts'

export type SurveyGroups = {
  /** everyone in the survey, by zone and characteristics; determines which cells are suppressed */
  readonly tables: SurveyTables
  readonly by: string
  /** category -> label */
  readonly labels: ReadonlyMap<string, string>
  /** categories from the lowest to the highest, where they have an order (income fifths) */
  readonly ranking: readonly string[] | null
  readonly areas: readonly SurveyArea[]
}

/**
 * Who has how much, when the survey says who lives where: every respondent has what is measured in its zone, and a group
 * has the survey mean over its respondents. Only zone by group cells that may be published take part, so that everything
 * here follows from published numbers and no measure, however many there are, helps to compute a hidden cell back.
 */
export function exposureBySurvey(
  measure: ZoneMeasure,
  zones: readonly PeopledZone[],
  groups: SurveyGroups,
): Tested | null {
  const { tables, by, labels, ranking } = groups
  const inZone = valueInArea(measure, zones, groups.areas)
  const group = tables.responses.map((_, i) => openGroup(tables, i, by))
  const y: Values = (i) => (group[i] === null ? null : (inZone.get(tables.characteristic(i, 'zone') ?? '') ?? null))
  const all = meanOf(tables.responses, y)
  // Of a time before the registry no people of a zone are known.
  if (!all || zones.length === 0) return null
  const weights = sumOfWeights(tables, y, group)
  const whole = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  const known = zones.filter(({ key }) => measure.values.has(key))
  const people = (of: readonly PeopledZone[]): number => of.reduce((sum, { population }) => sum + population, 0)
  const of = { tables, y, group, all }
  const means = [...labels].map(([key, label]) => ({ label, ...groupMean(of, key), key }))
  const exposure: Exposure = {
    ...about(measure),
    everybody: all.value,
    zonesWithValue: known.length,
    covered: people(known) / people(zones),
    groups: means.map(({ p: _, ...mean }) => ({
      ...mean,
      share: weights.has(mean.key) ? (weights.get(mean.key) ?? 0) / whole : null,
    })),
    widest: null,
    concentration: ranking && !anyHidden(tables, by) ? concentration(of, ranking) : null,
  }
  return { exposure, gaps: means.map(({ p }) => p), ...pairsOf(of, labels) }
}

type Of = {
  readonly tables: SurveyTables
  readonly y: Values
  readonly group: readonly (string | null)[]
  readonly all: Linearised
}

/** The group of a respondent, null where its cell of zone by group, or one of the two, is suppressed. */
function openGroup(tables: SurveyTables, i: number, by: string): string | null {
  const [zone, value] = [tables.characteristic(i, 'zone'), tables.characteristic(i, by)]
  if (zone === null || value === null) return null
  const cells = [{ zone, [by]: value }, { zone }, { [by]: value }]
  return cells.some((cell) => tables.suppressed.has(cellId(cell))) ? null : value
}

/** Joined zones have the mean of theirs, by people. */
function valueInArea(
  { values }: ZoneMeasure,
  zones: readonly PeopledZone[],
  areas: readonly SurveyArea[],
): ReadonlyMap<string, number> {
  const joined = areas.flatMap(({ key, zones: members }): [string, number][] => {
    const known = zones.filter((zone) => members.includes(zone.key) && values.has(zone.key))
    const people = known.reduce((sum, { population }) => sum + population, 0)
    const total = known.reduce((sum, { key: zone, population }) => sum + population * (values.get(zone) ?? 0), 0)
    return people > 0 ? [[key, total / people]] : []
  })
  return new Map([...values, ...joined])
}

function groupMean(
  { tables, y, group, all }: Of,
  key: string,
): Omit<Exposure['groups'][number], 'key' | 'label' | 'share'> & { p: number | null } {
  const own = meanOf(tables.responses, (i) => (group[i] === key ? y(i) : null))
  if (!own)
    return {
      value: null,
      standardError: null,
      lower: null,
      upper: null,
      n: null,
      gap: null,
      significant: null,
      p: null,
    }
  const { value, standardError, lower, upper, n } = estimated(tables.responses, own)
  const gap = differenceOf(tables.responses, own, all)
  return {
    value,
    standardError,
    lower,
    upper,
    n,
    gap: { value: gap.value, lower: gap.lower, upper: gap.upper },
    significant: null,
    p: pOf(gap),
  }
}

const anyHidden = (tables: SurveyTables, by: string): boolean => hidesSomebody(tables.table([by]), tables.values)

/** All pairs of groups, or each against the others where there are many. */
function pairsOf(
  { tables: { responses }, y, group }: Of,
  labels: ReadonlyMap<string, string>,
): Pick<Tested, 'pairs' | 'labels'> {
  const means = [...labels].flatMap(([key, label]) => {
    const of = meanOf(responses, (i) => (group[i] === key ? y(i) : null))
    return of ? [{ key, label, of }] : []
  })
  const rest = (place: number) =>
    meanOf(responses, (i) => (group[i] === null || group[i] === means[place]?.key ? null : y(i)))
  const pairs = pairwiseGaps(
    responses,
    means.map(({ of }) => of),
    rest,
  )
  return { pairs, labels: means.map(({ label }) => label) }
}

function concentration({ tables, y, group }: Of, ranking: readonly string[]): Exposure['concentration'] {
  const rank = (i: number): number | null => {
    const place = ranking.indexOf(group[i] ?? '')
    return place < 0 ? null : place
  }
  const found = concentrationOf(tables.responses, y, rank, { grouped: true })
  return found ? { value: found.value, lower: found.lower, upper: found.upper, curve: [...found.curve] } : null
}

function sumOfWeights({ responses }: SurveyTables, y: Values, group: readonly (string | null)[]): Map<string, number> {
  const weights = new Map<string, number>()
  responses.forEach(({ weight }, i) => {
    const key = group[i] ?? null
    if (key !== null && y(i) !== null) weights.set(key, (weights.get(key) ?? 0) + weight)
  })
  return weights
}
