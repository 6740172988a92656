import { againstWhole } from '#model/statistics/estimation/against-whole.ts'
import { meanOf } from '#model/statistics/estimation/linearised.ts'
import type { Estimate } from '#model/survey/codebook.ts'
import { memberOf, type SurveyTables } from './survey-tables.ts'
import { publish, type TableCell } from './table.ts'

/**
 * Estimates as they may be published. Those of zones say whether they are above or below the city or cannot be told from
 * it: of women in a zone, whether they differ from women in the city. A zone or a city that is suppressed is not compared.
 */
export function withCity(tables: SurveyTables, by: readonly string[], cells: readonly TableCell[]): Estimate[] {
  const published = cells.map(publish)
  if (!by.includes('zone')) return published
  const others = by.filter((name) => name !== 'zone')
  const cities = tables.table(others).filter(({ suppressed }) => suppressed === null)
  for (const city of cities) {
    const places = cells.flatMap((cell, i) =>
      cell.suppressed === null && others.every((name) => cell.group[name] === city.group[name]) ? [i] : [],
    )
    const whole = meanOf(tables.responses, memberOf(tables, city))
    const zones = places.flatMap((i) => {
      const zone = cells[i] && meanOf(tables.responses, memberOf(tables, cells[i]))
      return zone ? [{ i, zone }] : []
    })
    if (!whole) continue
    const compared = againstWhole(
      tables.responses,
      zones.map(({ zone }) => zone),
      whole,
    )
    for (const [k, { i }] of zones.entries()) {
      const [estimate, againstCity] = [published[i], compared[k]]
      if (estimate && againstCity) published[i] = { ...estimate, againstCity: { ...againstCity } }
    }
  }
  return published
}
