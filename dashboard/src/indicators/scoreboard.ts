import type { IndicatorsResponse } from '#model/api/indicators.ts'
import type { GroupScore, Scoreboard } from '#model/indicators/catalogue/schema.ts'

export const FILTERS = ['all', 'reported', 'missing'] as const
export type Filter = (typeof FILTERS)[number]
export type BoardIndicator = Scoreboard['indicators'][number] & { readonly definition: Definition | undefined }
type Definition = IndicatorsResponse['indicators'][number]
export type Category = {
  readonly name: string
  readonly score: GroupScore | null
  readonly indicators: BoardIndicator[]
}
export type SubDimension = { readonly name: string; readonly score: GroupScore | null; readonly categories: Category[] }
export type Dimension = {
  readonly name: string
  readonly score: GroupScore | null
  readonly subDimensions: SubDimension[]
}

/** The flat response as a tree in the same order, without branches that the filter leaves empty. */
export function groupBoard(board: Scoreboard, catalogue: readonly Definition[], filter: Filter): Dimension[] {
  const definitions = new Map(catalogue.map((definition) => [definition.code, definition]))
  const rows = board.indicators
    .filter(({ status }) => filter === 'all' || (status === 'not_reported') === (filter === 'missing'))
    .map((indicator): BoardIndicator => ({ ...indicator, definition: definitions.get(indicator.code) }))
  const score = (level: GroupScore['level'], name: string, parent?: string): GroupScore | null =>
    board.groups.find(
      (group) => group.level === level && group.name === name && (parent === undefined || group.parent === parent),
    ) ?? null
  return by(rows, ({ dimension }) => dimension).map(([name, inDimension]) => ({
    name,
    score: score('dimension', name),
    subDimensions: by(inDimension, ({ subDimension }) => subDimension).map(([sub, inSub]) => ({
      name: sub,
      score: score('sub_dimension', sub, name) ?? score('sub_dimension', sub),
      categories: by(inSub, ({ category }) => category).map(([category, indicators]) => ({
        name: category,
        score: score('category', category, sub),
        indicators,
      })),
    })),
  }))
}

function by<T>(rows: readonly T[], key: (row: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>()
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row])
  return [...groups]
}
