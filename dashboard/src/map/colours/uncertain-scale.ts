import type { Rgb } from './palette.ts'
import { colourOf, type Scale } from './scales.ts'

/**
 * A value-suppressing uncertainty palette (Correll, Moritz, Heer 2018: Value-Suppressing Uncertainty Palettes, CHI): the
 * wider the interval, the fewer classes a value can be in and the paler they are, so that a map never shows a difference
 * that the sample cannot. The last level has one colour, whatever the value.
 */
export type UncertainScale = {
  /** widths of an interval at which the second and the third level begin, in the unit that `levelOf` is asked in */
  readonly widths: readonly [number, number]
  readonly levels: readonly [Scale, Scale, Scale]
}

const PALE: Rgb = [203, 201, 194]
/** How much of a colour is left at the second level. */
const SECOND_LEVEL = 0.55

export function uncertainScale(scale: Scale, widths: UncertainScale['widths']): UncertainScale {
  return { widths, levels: [scale, joined(scale), { breaks: [], colours: [PALE] }] }
}

/** Two classes of the scale are one, from the lowest on; the last may stand alone. */
function joined({ breaks, colours }: Scale): Scale {
  const pairs = Array.from({ length: Math.ceil(colours.length / 2) }, (_, k) => colours.slice(2 * k, 2 * k + 2))
  return {
    breaks: breaks.filter((_, k) => k % 2 === 1),
    colours: pairs.map((pair) => paler(pair[0] ?? PALE, pair.at(-1) ?? PALE)),
  }
}

const paler = (a: Rgb, b: Rgb): Rgb => {
  const channel = (k: 0 | 1 | 2): number =>
    Math.round(SECOND_LEVEL * ((a[k] + b[k]) / 2) + (1 - SECOND_LEVEL) * PALE[k])
  return [channel(0), channel(1), channel(2)]
}

export type UncertaintyLevel = 0 | 1 | 2

export const levelOf = ([second, third]: UncertainScale['widths'], width: number): UncertaintyLevel =>
  width >= third ? 2 : width >= second ? 1 : 0

export const uncertainColourOf = ({ levels }: UncertainScale, value: number, level: UncertaintyLevel): Rgb =>
  colourOf(levels[level], value)
