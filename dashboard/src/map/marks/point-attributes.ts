import type { Rgb } from '../colours/palette.ts'
import type { PointMark } from '../layer-model/model.ts'

export type PointTheme = { readonly ring: Rgb; readonly surface: Rgb; readonly suspect: Rgb; readonly mast: Rgb }

/** 45 % of their normal radius: of 100,000 points of 8 px most would be covered by others. */
const SHRINK = 0.45

/** Too small for a dashed outline: an unconfirmed device is smaller than the others, and hollow. */
const UNCONFIRMED_SHRINK = 0.6

/** Marks as typed arrays: degrees, RGBA, px. */
export function attributesOf(marks: readonly PointMark[], scale: number, theme: PointTheme) {
  const n = marks.length
  const positions = new Float32Array(n * 2)
  const fills = new Uint8Array(n * 4)
  const lines = new Uint8Array(n * 4)
  const widths = new Float32Array(n)
  const radii = new Float32Array(n)
  for (let index = 0; index < n; index += 1) {
    const mark = marks[index]
    if (!mark) continue
    const { trust, colour, confirmed } = mark
    const hollow = !confirmed || trust === 'stale' || trust === 'none'
    const line = trust === 'suspect' ? theme.suspect : hollow && confirmed ? colour : theme.ring
    positions.set(mark.position, index * 2)
    fills.set([...(hollow ? theme.surface : colour), 255], index * 4)
    lines.set([...line, 255], index * 4)
    widths[index] = trust === 'fresh' && confirmed ? 0.5 : 1.5
    radii[index] = mark.radius * scale * SHRINK * (confirmed ? 1 : UNCONFIRMED_SHRINK)
  }
  return { positions, fills, lines, widths, radii }
}
