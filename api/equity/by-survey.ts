import type { Exposure } from '#model/api/equity.ts'
import { concentrationOf } from '#model/statistics/concentration.ts'
import { estimated, type Linearised } from '#model/statistics/design.ts'
import { differenceOf, meanOf, type Values } from '#model/statistics/linearised.ts'
import { cellId } from '#model/statistics/linked-tables.ts'
import type { SurveyArea } from '#model/survey.ts'
import type { Sheet } from '../surveys/sheet.ts'
import { about, type PeopledZone } from './by-zones.ts'
import type { ZoneMeasure } from './measured.ts'

export type SurveyGroups = {
  /** everybody who was asked, beside zone and characteristics; says which cells must be kept back */
  readonly sheet: Sheet
  readonly by: string
  /** category -> label */
  readonly labels: ReadonlyMap<string, string>
  /** categories are numbers in an order, as income fifths */
  readonly ranking: boolean
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
): Exposure | null {
  const { sheet, by, labels, ranking } = groups
  const inZone = valueInArea(measure, zones, groups.areas)
  const group = sheet.responses.map((_, i) => openGroup(sheet, i, by))
  const y: Values = (i) => (group[i] === null ? null : (inZone.get(sheet.characteristic(i, 'zone') ?? '') ?? null))
  const all = meanOf(sheet.responses, y)
  if (!all) return null
  const weights = sumOfWeights(sheet, y, group)
  const whole = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  const known = zones.filter(({ key }) => measure.values.has(key))
  const people = (of: readonly PeopledZone[]): number => of.reduce((sum, { population }) => sum + population, 0)
  const of = { sheet, y, group, all }
  return {
    ...about(measure),
    everybody: all.value,
    zonesWithValue: known.length,
    covered: people(known) / people(zones),
    groups: [...labels].map(([key, label]) => ({
      key,
      label,
      share: weights.has(key) ? (weights.get(key) ?? 0) / whole : null,
      ...groupMean(of, key),
    })),
    concentration: ranking && !anyHidden(sheet, by) ? concentration(of) : null,
  }
}

type Of = {
  readonly sheet: Sheet
  readonly y: Values
  readonly group: readonly (string | null)[]
  readonly all: Linearised
}

/** The group of a respondent, null where its cell of zone by group, or one of the two, must be kept back. */
function openGroup(sheet: Sheet, i: number, by: string): string | null {
  const [zone, value] = [sheet.characteristic(i, 'zone'), sheet.characteristic(i, by)]
  if (zone === null || value === null) return null
  const cells = [{ zone, [by]: value }, { zone }, { [by]: value }]
  return cells.some((cell) => sheet.held.has(cellId(cell))) ? null : value
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
  { sheet, y, group, all }: Of,
  key: string,
): Omit<Exposure['groups'][number], 'key' | 'label' | 'share'> {
  const own = meanOf(sheet.responses, (i) => (group[i] === key ? y(i) : null))
  if (!own) return { value: null, standardError: null, lower: null, upper: null, n: null, gap: null, significant: null }
  const { value, standardError, lower, upper, n } = estimated(sheet.responses, own)
  const gap = differenceOf(sheet.responses, own, all)
  return {
    value,
    standardError,
    lower,
    upper,
    n,
    gap: { value: gap.value, lower: gap.lower, upper: gap.upper },
    significant: gap.lower > 0 || gap.upper < 0,
  }
}

const anyHidden = (sheet: Sheet, by: string): boolean => sheet.table([by]).some(({ held }) => held !== null)

function concentration({ sheet, y, group }: Of): Exposure['concentration'] {
  const found = concentrationOf(sheet.responses, y, (i) => (group[i] === null ? null : Number(group[i])))
  return found ? { value: found.value, lower: found.lower, upper: found.upper, curve: [...found.curve] } : null
}

function sumOfWeights({ responses }: Sheet, y: Values, group: readonly (string | null)[]): Map<string, number> {
  const weights = new Map<string, number>()
  responses.forEach(({ weight }, i) => {
    const key = group[i] ?? null
    if (key !== null && y(i) !== null) weights.set(key, (weights.get(key) ?? 0) + weight)
  })
  return weights
}
