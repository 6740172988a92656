/**
 * A device that changes the unit of its readings without saying so (kWh to Wh, m3 to litres): from one reading to the next
 * its register is multiplied by the factor between two units, and goes on at that scale. Readings before and after are
 * brought to one unit, that of the first reading, so that the step is never counted and what follows is not a thousandfold.
 */
import { factorsTo } from '../observation/units.ts'
import { hoursBetween } from './rates.ts'
import type { MeterRules, Reading } from './reading.ts'

/** Units closer to each other (kWh and MJ) cannot be told from another meter that happens to go on higher. Ours. */
const MIN_FACTOR = 20
/** The register after the step, in the unit before it, is that of before but for rounding. Ours. */
const TOLERANCE = 0.01
/** As in count.ts: a step is explained by twice the highest rate around. */
const MARGIN = 2
const AROUND_HOURS = 36
/** As in rates.ts: rates over less say more of the resolution than of the rate. */
const SHORTEST_HOURS = 1 / 12

const known = new Map<string, readonly number[]>()

/** By what readings in this unit may be multiplied when a device turns to another unit, or back. */
function factorsOf(unit: string): readonly number[] {
  let factors = known.get(unit)
  if (!factors) {
    const both = [1000, ...factorsTo(unit)].flatMap((factor) => [factor, 1 / factor])
    factors = [...new Set(both)].filter((factor) => Math.max(factor, 1 / factor) >= MIN_FACTOR)
    known.set(unit, factors)
  }
  return factors
}

/** Whether a step is so large that it may be a change of unit: of other steps nothing more has to be looked at. */
export function isUnitStep(before: number, own: number): boolean {
  const [low, high] = before < own ? [before, own] : [own, before]
  return low > 0 && high >= (1 - TOLERANCE) * MIN_FACTOR * low
}

export type OneUnit = {
  /** the readings in the unit of the first one */
  readonly line: readonly Reading[]
  /** how many times too large each reading is */
  readonly scales: readonly number[]
  /** by index of the first reading in another unit: by what the step multiplied it */
  readonly changes: ReadonlyMap<number, number>
}

/**
 * Brings a line of readings without outliers to one unit. A step is a change of unit when the reading after it, divided by the
 * factor between two units, goes on where the reading before it was; when what the meter counts has changed by much the same
 * factor; and when the meter cannot have counted the step at its new pace, which a meter in its first hours may.
 */
export function inOneUnit(
  raw: readonly Reading[],
  rules: Pick<MeterRules, 'unit' | 'replacements' | 'scaleAt'>,
): OneUnit {
  const first = raw[0]
  let scale = first ? (rules.scaleAt?.(first.at) ?? 1) : 1
  const changes = new Map<number, number>()
  const scales = raw.map((own, i) => {
    const before = raw[i - 1]
    if (!before) return scale
    if (rules.replacements.some(({ at }) => at > before.at && at <= own.at)) {
      // another meter: its readings are what the registry says
      scale = 1
      return scale
    }
    const factor = isUnitStep(before.value, own.value) ? changeAt(raw, i, rules.unit) : undefined
    if (factor !== undefined) {
      changes.set(i, factor)
      scale = settled(scale * factor)
    } else if (scale !== 1 && own.value < before.value && hasPace(raw, i, 1 / scale)) scale = 1
    return scale
  })
  const isOne = scales.every((own) => own === 1)
  const line = isOne ? raw : raw.map(({ at, value }, i) => ({ at, value: value / (scales[i] ?? 1) }))
  return { line, scales, changes }
}

/** 1000 * (1 / 1000) is 1. */
const settled = (scale: number): number => (Math.abs(scale - 1) < 1e-9 ? 1 : scale)

function changeAt(raw: readonly Reading[], i: number, unit: string): number | undefined {
  const [before, own] = [raw[i - 1], raw[i]]
  if (!before || !own) return undefined
  const [earlier, later] = pacesAround(raw, i)
  const hours = hoursBetween(before, own)
  const risen = own.value - before.value
  if (risen >= 0 && risen <= MARGIN * later.highest * hours) return undefined
  const fits = factorsOf(unit).filter((factor) => {
    const counted = own.value / factor - before.value
    const most = MARGIN * Math.max(earlier.highest, later.highest / factor) * hours
    const rounding = TOLERANCE * before.value
    return counted >= -rounding && counted <= most + rounding && isPaceOf(earlier.mean, later.mean, factor)
  })
  const miss = (factor: number): number => Math.abs(own.value / factor - before.value)
  return fits.toSorted((a, b) => miss(a) - miss(b))[0]
}

type Pace = { readonly mean: number; readonly highest: number }

/** Whether the meter counts nearer to `factor` times what it did than to as much as it did; a meter at rest may. */
const isPaceOf = (earlier: number, later: number, factor: number): boolean =>
  earlier === 0 || later === 0 || Math.abs(Math.log(later / earlier / factor)) < Math.abs(Math.log(later / earlier))

function hasPace(raw: readonly Reading[], i: number, factor: number): boolean {
  const [earlier, later] = pacesAround(raw, i)
  return earlier.mean > 0 && later.mean > 0 && isPaceOf(earlier.mean, later.mean, factor)
}

/** What the meter counts an hour before and after the step to a reading: within a day and a half, or to the next reading. */
function pacesAround(raw: readonly Reading[], i: number): [Pace, Pace] {
  return [paceOf(raw, i - 1, -1), paceOf(raw, i, 1)]
}

/** Without the highest of three and more: it may be the step to another meter, which is no pace of either. */
function paceOf(raw: readonly Reading[], start: number, direction: 1 | -1): Pace {
  const origin = raw[start]
  const steps: { risen: number; hours: number }[] = []
  for (let i = start; origin; i += direction) {
    const pair = [raw[i], raw[i + direction]] as const
    const [a, b] = direction === 1 ? pair : [pair[1], pair[0]]
    if (!a || !b || (i !== start && Math.abs(hoursBetween(origin, direction === 1 ? b : a)) > AROUND_HOURS)) break
    // another unit or another meter, of which the pace says nothing here
    if (isUnitStep(a.value, b.value)) break
    if (b.value < a.value) continue
    steps.push({ risen: b.value - a.value, hours: Math.max(hoursBetween(a, b), SHORTEST_HOURS) })
  }
  const perHour = ({ risen, hours }: (typeof steps)[number]): number => risen / hours
  steps.sort((a, b) => perHour(b) - perHour(a))
  const usual = steps.length < 3 ? steps : steps.slice(1)
  const sum = (of: (step: (typeof steps)[number]) => number): number => usual.reduce((all, step) => all + of(step), 0)
  const [highest] = usual
  return highest
    ? { mean: sum(({ risen }) => risen) / sum(({ hours }) => hours), highest: perHour(highest) }
    : { mean: 0, highest: 0 }
}
