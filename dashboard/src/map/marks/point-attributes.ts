import type { Position } from '#model/basics/geo.ts'
import type { Rgb } from '../colours/palette.ts'
import type { PointMark } from '../layer-model/model.ts'

export type PointTheme = { readonly ring: Rgb; readonly surface: Rgb; readonly suspect: Rgb; readonly mast: Rgb }

/** 45 % of their normal radius: of 100,000 points of 8 px most would be covered by others. */
const SHRINK = 0.45

/** Too small for a dashed outline: an unconfirmed device is smaller than the others, and hollow. */
const UNCONFIRMED_SHRINK = 0.6

/** From here on marks become typed arrays before deck.gl sees them: one loop, no call a mark and attribute. */
export const MANY_POINTS = 5000

/** Marks as typed arrays: degrees, RGBA, px. */
export type PointAttributes = {
  readonly positions: Float32Array
  readonly fills: Uint8Array
  readonly lines: Uint8Array
  readonly widths: Float32Array
  readonly radii: Float32Array
}

export function attributesOf(marks: readonly PointMark[], scale: number, theme: PointTheme): PointAttributes {
  const attributes = {
    positions: new Float32Array(marks.length * 2),
    fills: new Uint8Array(marks.length * 4),
    lines: new Uint8Array(marks.length * 4),
    widths: new Float32Array(marks.length),
    radii: new Float32Array(marks.length),
  }
  for (const [index, mark] of marks.entries()) write(attributes, index, valuesOf(mark, scale, theme))
  return attributes
}

/**
 * The same, for marks that change from time to time: only what is another mark is written. An array without a change is the same one,
 * which deck.gl does not send to the graphics card again; the others are new, and those that were given out stay as they are.
 */
export function createPointAttributes(): typeof attributesOf {
  let before: (Look & { readonly attributes: PointAttributes }) | undefined
  return (marks, scale, theme) => {
    const isAlike = before?.marks.length === marks.length && before.scale === scale && before.theme === theme
    const attributes = before && isAlike ? changed(before, { marks, scale, theme }) : attributesOf(marks, scale, theme)
    before = { marks, scale, theme, attributes }
    return attributes
  }
}

type Look = { readonly marks: readonly PointMark[]; readonly scale: number; readonly theme: PointTheme }

function changed(
  before: Look & { readonly attributes: PointAttributes },
  { marks, scale, theme }: Look,
): PointAttributes {
  if (before.marks === marks) return before.attributes
  const { positions, fills, lines, widths, radii } = before.attributes
  const next = {
    positions: positions.slice(),
    fills: fills.slice(),
    lines: lines.slice(),
    widths: widths.slice(),
    radii: radii.slice(),
  }
  for (let index = 0; index < marks.length; index += 1) {
    const mark = marks[index]
    if (mark && mark !== before.marks[index]) write(next, index, valuesOf(mark, scale, theme))
  }
  return {
    positions: unlessSame(positions, next.positions),
    fills: unlessSame(fills, next.fills),
    lines: unlessSame(lines, next.lines),
    widths: unlessSame(widths, next.widths),
    radii: unlessSame(radii, next.radii),
  }
}

/** The known one where nothing differs. */
function unlessSame<Array extends Float32Array | Uint8Array>(known: Array, next: Array): Array {
  for (let at = 0; at < next.length; at += 1) if (next[at] !== known[at]) return next
  return known
}

type Values = {
  readonly position: Position
  readonly fill: Rgb
  readonly line: Rgb
  readonly width: number
  readonly radius: number
}

function valuesOf({ trust, colour, confirmed, position, radius }: PointMark, scale: number, theme: PointTheme): Values {
  const hollow = !confirmed || trust === 'stale' || trust === 'none'
  return {
    position,
    fill: hollow ? theme.surface : colour,
    line: trust === 'suspect' ? theme.suspect : hollow && confirmed ? colour : theme.ring,
    width: trust === 'fresh' && confirmed ? 0.5 : 1.5,
    radius: radius * scale * SHRINK * (confirmed ? 1 : UNCONFIRMED_SHRINK),
  }
}

function write(to: PointAttributes, index: number, { position, fill, line, width, radius }: Values): void {
  to.positions[index * 2] = position[0]
  to.positions[index * 2 + 1] = position[1]
  setColour(to.fills, index, fill)
  setColour(to.lines, index, line)
  to.widths[index] = width
  to.radii[index] = radius
}

function setColour(to: Uint8Array, index: number, [red, green, blue]: Rgb): void {
  const at = index * 4
  to[at] = red
  to[at + 1] = green
  to[at + 2] = blue
  to[at + 3] = 255
}
