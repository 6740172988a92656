import { EU_STANDARDS } from './eu.ts'
import { OTHER_STANDARDS } from './others.ts'
import { type AirStandard, airStandardSchema } from './schema.ts'

/** Standards that every city has; its pack may add its own, or replace one by its key. */
export const AIR_STANDARDS: readonly AirStandard[] = [...EU_STANDARDS, ...OTHER_STANDARDS].map((standard) =>
  airStandardSchema.parse(standard),
)

/** The default selection: the city's own standard first, then what applies in the year. */
export function standardFor(standards: readonly AirStandard[], own: number, year: number): AirStandard | undefined {
  if (own > 0) return standards[0]
  const applies = ({ from, to }: AirStandard): boolean =>
    (from === undefined || Number(from.slice(0, 4)) <= year) && (to === undefined || Number(to.slice(0, 4)) >= year)
  return standards.find(applies) ?? standards[0]
}

export const standardsWith = (own: readonly AirStandard[]): AirStandard[] => [
  ...own,
  ...AIR_STANDARDS.filter(({ key }) => !own.some((one) => one.key === key)),
]
