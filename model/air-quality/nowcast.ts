/**
 * NowCast of particles: a mean of the last 12 hours that leans to the newest ones the more the air changes.
 * Source: EPA-454/B-24-002, section IV, "How the NowCast is calculated". Weight w = lowest / highest of the hours, at
 * least 0.5; each hour counts w to the power of its age in hours. Two of the newest three hours are needed.
 *
 * @param hourly concentrations, newest first, null where the hour has none; up to 12 are used
 * @returns the NowCast, not truncated (the index does that), or undefined without enough hours
 */
export function nowCast(hourly: readonly (number | null)[]): number | undefined {
  const hours = hourly.slice(0, 12)
  const present = hours.filter((value) => value !== null)
  const recent = hours.slice(0, 3).filter((value) => value !== null)
  if (recent.length < 2) return undefined
  const highest = Math.max(...present)
  const weight = highest > 0 ? Math.max(0.5, Math.min(...present) / highest) : 1
  let total = 0
  let weights = 0
  hours.forEach((value, age) => {
    if (value === null) return
    total += value * weight ** age
    weights += weight ** age
  })
  return total / weights
}

/** Mean of the newest `length` hours where at least `least` of them are there (EPA and EU: 6 of 8, 18 of 24). */
export function runningMean(hourly: readonly (number | null)[], length: number, minHours: number): number | undefined {
  const present = hourly.slice(0, length).filter((value) => value !== null)
  if (present.length < minHours) return undefined
  return present.reduce((sum, value) => sum + value, 0) / present.length
}
