import type { GroupScore } from '../catalogue/schema.ts'

/**
 * A name of U4SSC's catalogue in a language: `indicator` by code (`EC:ICT:ICT:4C`, `EC:ICT:ICT:4C.3g` for a data point),
 * `group.dimension`, `group.sub_dimension`, `group.category` by the English name. The English name where there is none.
 */
export type Named = (prefix: string, code: string, english: string) => string

type Point = { readonly dataPoint: string; readonly name: string }
type IndicatorText = { readonly code: string; readonly name: string }
type WithValues = IndicatorText & { readonly values: readonly Point[] }
type Placed = { readonly dimension: string; readonly subDimension: string; readonly category: string }

/** Indicator and data points of a value in the language; values, units and codes stay. */
export function localiseValues<T extends WithValues>(indicator: T, named: Named): T {
  const { code, name } = indicator
  const values = indicator.values.map((value) => ({ ...value, name: pointName(code, value, named) }))
  return { ...indicator, name: named('indicator', code, name), values }
}

const pointName = (code: string, { dataPoint, name }: Point, named: Named): string =>
  named('indicator', dataPoint === '' ? code : `${code}.${dataPoint}`, name)

/** An indicator of the catalogue with its data points. */
export function localiseDefinition<
  T extends IndicatorText & { readonly dataPoints: readonly { readonly id: string; readonly name: string }[] },
>(indicator: T, named: Named): T {
  const { code, name, dataPoints } = indicator
  const points = dataPoints.map((point) => ({
    ...point,
    name: pointName(code, { dataPoint: point.id, name: point.name }, named),
  }))
  return { ...indicator, name: named('indicator', code, name), dataPoints: points }
}

/** A scoreboard or a report: every indicator, the groups that they belong to, and the groups' scores. */
export function localiseBoard<
  T extends { readonly indicators: readonly (WithValues & Placed)[]; readonly groups: readonly GroupScore[] },
>(board: T, named: Named): T {
  const group = (level: GroupScore['level'], name: string): string => named(`group.${level}`, name, name)
  return {
    ...board,
    indicators: board.indicators.map((indicator) => ({
      ...localiseValues(indicator, named),
      dimension: group('dimension', indicator.dimension),
      subDimension: group('sub_dimension', indicator.subDimension),
      category: group('category', indicator.category),
    })),
    groups: board.groups.map((score) => ({
      ...score,
      name: group(score.level, score.name),
      parent: score.parent === null ? null : group(PARENT[score.level], score.parent),
    })),
  }
}

const PARENT = { city: 'city', dimension: 'city', sub_dimension: 'dimension', category: 'sub_dimension' } as const

/** A report: its board, and the names of the goals. */
export function localiseReport<
  T extends Parameters<typeof localiseBoard>[0] & { readonly goals: readonly (IndicatorText & Point)[] },
>(report: T, named: Named): T {
  return {
    ...localiseBoard(report, named),
    goals: report.goals.map((goal) => ({ ...goal, name: goalName(goal, named) })),
  }
}

/** "Air pollution: Ozone" where the indicator has several data points. */
function goalName({ code, dataPoint, name }: IndicatorText & Point, named: Named): string {
  const [indicator = name, point] = name.split(': ')
  const head = named('indicator', code, indicator)
  return point === undefined ? head : `${head}: ${pointName(code, { dataPoint, name: point }, named)}`
}
