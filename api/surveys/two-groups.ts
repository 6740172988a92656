import type { ComparedRow, ComparedSide } from '#model/api/compare.ts'
import { AppError } from '#model/basics/errors.ts'
import { effectOf, type UncorrectedRow } from '#model/compare/rows.ts'
import { differenceOf, meanOf } from '#model/statistics/estimation/linearised.ts'
import { pOf } from '#model/statistics/estimation/pairwise.ts'
import type { Codebook } from '#model/survey/codebook.ts'
import { type CoreTables, coreTables } from './core-tables.ts'
import { findSurvey, type SurveySource } from './microdata.ts'
import { memberOf, openSurvey, type SurveyTables } from './survey-tables.ts'
import { checkBy, isOpen, type OpenCell, publish, type TableCell } from './table.ts'

export type TwoGroups = { readonly by: string; readonly a: string; readonly b: string }

/**
 * Every question of a survey that answers an ITU core indicator, in two of its groups. Groups of one sample: the difference has
 * their covariance. Nothing is computed of a group that is suppressed.
 * @throws AppError SURVEY_UNKNOWN, REQUEST_INVALID
 */
export async function twoGroups(source: SurveySource, id: string, groups: TwoGroups): Promise<UncorrectedRow[]> {
  const codebook = await openSurvey(source.pool, id)
  checkBy(codebook, [groups.by])
  const placed = groups.by === 'zone' ? await inAreas(source, id, groups) : groups
  if (groups.by !== 'zone') assertCategories(codebook, groups)
  const found = await coreTables(source.microdata, codebook)
  return found
    .filter(({ question }) => question.column !== groups.by)
    .map((one) => rowOf(one, { ...placed, simulated: codebook.simulated }))
}

/** Zones that the survey takes together have the estimates of their area. */
async function inAreas({ pool }: SurveySource, id: string, { by, a, b }: TwoGroups): Promise<TwoGroups> {
  const areas = (await findSurvey(pool, id))?.areas ?? []
  const areaOf = (zone: string): string => areas.find(({ zones }) => zones.includes(zone))?.key ?? zone
  return { by, a: areaOf(a), b: areaOf(b) }
}

function assertCategories({ questions }: Codebook, { by, a, b }: TwoGroups): void {
  const codes = Object.keys(questions.find(({ column }) => column === by)?.categories ?? {})
  for (const code of [a, b])
    if (!codes.includes(code)) throw new AppError('REQUEST_INVALID', `"${by}" has ${codes.join(', ')}; not "${code}"`)
}

type Placed = TwoGroups & { readonly simulated: boolean }

function rowOf({ tables, question, category }: CoreTables, { by, a, b, simulated }: Placed): UncorrectedRow {
  const cells = tables.table([by])
  const cellOf = (code: string): TableCell | undefined => cells.find(({ group }) => group[by] === code)
  const [first, second] = [cellOf(a), cellOf(b)]
  const scale = tables.proportion ? 100 : 1
  const label = category === undefined ? undefined : question.categories?.[category]
  const row = {
    id: category === undefined ? question.column : `${question.column}:${category}`,
    ...{ code: null, dataPoint: '', question: question.column, category: category ?? null },
    name: label === undefined ? question.text : `${question.text}: ${label}`,
    unit: tables.proportion ? '%' : (question.unit ?? ''),
    ...{ a: sideOf(first, scale), b: sideOf(second, scale), origin: 'surveyed' as const, simulated },
  }
  const untested = whyNot(first, second, a === b)
  if (untested || !first || !second || !isOpen(first) || !isOpen(second))
    return { ...row, difference: null, effect: null, method: null, untested: untested ?? 'missing_now' }
  return { ...row, ...tested(tables, first, second, scale) }
}

function whyNot(first: TableCell | undefined, second: TableCell | undefined, same: boolean): ComparedRow['untested'] {
  if (same) return 'same_area'
  if (first?.suppressed || second?.suppressed) return 'suppressed'
  return !first ? 'missing_before' : !second ? 'missing_now' : null
}

function tested(
  tables: SurveyTables,
  first: OpenCell,
  second: OpenCell,
  scale: number,
): Pick<UncorrectedRow, 'difference' | 'effect' | 'method' | 'untested'> {
  const [from, to] = [first, second].map((cell) => meanOf(tables.responses, memberOf(tables, cell)))
  const effect = effectOf(first.mean.value, second.mean.value, tables.proportion)
  const gap = from && to && differenceOf(tables.responses, to, from)
  // two shares of 0 or 100 % have no variance, which is not certainty
  if (!gap || gap.standardError === 0)
    return { difference: null, effect, method: null, untested: 'uncertainty_unknown' }
  return {
    difference: {
      value: scale * gap.value,
      standardError: scale * gap.standardError,
      degreesOfFreedom: gap.degreesOfFreedom,
      ...{ lower: scale * gap.lower, upper: scale * gap.upper, p: pOf(gap) },
    },
    effect,
    method: 'same_sample',
    untested: null,
  }
}

function sideOf(cell: TableCell | undefined, scale: number): ComparedSide {
  const found = cell && publish(cell)
  if (!found || found.value === null || found.standardError === null || found.lower === null || found.upper === null)
    return { value: null, standardError: null, interval: null, n: null }
  const { value, standardError, lower, upper, n } = found
  return {
    value: scale * value,
    standardError: scale * standardError,
    interval: [scale * lower, scale * upper],
    n,
  }
}
