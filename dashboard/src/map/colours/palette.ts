/**
 * Colours of data. All ramps rise or fall steadily in lightness, so that they keep their order for every kind of colour
 * vision; made after ColorBrewer 2 (Brewer, Harrower; schemes marked colour-blind safe) and cividis (Nuñez, Anderton,
 * Renslow 2018), tuned to our grounds.
 */
export type Rgb = readonly [number, number, number]

const hex = (text: string): Rgb => {
  const value = Number.parseInt(text, 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}
const ramp = (text: string): readonly Rgb[] => text.split(' ').map(hex)

/**
 * Air quality categories, good to hazardous. Not the official traffic lights, which about one man in twelve cannot tell
 * apart: from pale teal over ochre to near-black plum, with the official names and the number next to them.
 */
export const AQI = ramp('c2e5dd e9d38a e5a252 b9502f 8f3557 4a1c40')
/** after ColorBrewer YlOrBr, the first step cooler so that clean air does not read as a warning. */
export const POLLUTION = ramp('d6ece7 f3e3a4 f2bd57 dd8029 a84c10 5f2a0a')
/** after cividis */
export const ENERGY = ramp('fdea9b d3c164 9b9472 5f636e 1f3a68')
export const CONGESTION = ramp('9cc7ce cdb65a e0913a bf4f33 6e1f4d')
/** poor to excellent, our own: two hues that differ in lightness and in blue, after ColorBrewer PRGn and BrBG */
export const COVERAGE = ramp('5b2a4e b0647a e0b184 86c3b5 1f8a8c')
export const SPEED = ramp('5b2a4e b0647a e0b184 86c3b5 1f8a8c')
/** after ColorBrewer YlGnBu */
export const SHARE = ramp('f1eec4 b5dcbb 67b9bf 3a80b1 27407f')
export const FILL = ramp('7a4a1d c9975a e6dcc0 7fb8b4 1d6b73')
/** after ColorBrewer BuPu */
export const DENSITY = ramp('dfe8f1 b3c8df 8c9fc9 8a67ac 6d2a77')
/** after ColorBrewer GnBu */
export const INCOME = ramp('e4f1d8 b3dcc0 77bfc6 3f8fbb 205a92')
/** after Coloring Noise (Weninger, 2015): greens for quiet, purple for loud; ours darkens from the first step on. */
export const NOISE = ramp('e1efdf c7dfa9 ecc869 e4924f c9513f 8e2a58 45154b')
/** after ColorBrewer YlOrRd */
export const HEAT = ramp('f8ebba f3c976 e89c4c cf6a3f 9e3b3f 5d1f38')
/** after ColorBrewer YlGnBu, on from SHARE */
export const HUMIDITY = ramp('f1eec4 c3e2bb 86c6bd 4b9ab8 3068a5 262f6e')
/** after ColorBrewer BuPu, on from DENSITY */
export const WIND = ramp('e6edf3 bfd1e4 98abd0 8880bd 7f4b9f 4f1659')

/**
 * Two numbers at once, [class of the first][class of the second]: towards blue for the first, towards orange for the
 * second, dark where both are high. Blue and orange stay apart for every common kind of colour vision; a test holds all
 * nine to it.
 */
export const BIVARIATE: readonly (readonly Rgb[])[] = [
  ramp('efece2 f0c689 e08a1e'),
  ramp('a3cbe0 a99c90 9c5f2c'),
  ramp('3a8fc9 42627f 27202c'),
]

/** No value, and values that are not to be trusted as they stand. */
export const NO_DATA = { light: [150, 152, 148] as Rgb, dark: [112, 120, 124] as Rgb }

/** sRGB relative luminance (WCAG 2.2), 0 to 1. */
export function luminance([r, g, b]: Rgb): number {
  const channel = (value: number): number => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
}

/** Dark or light ink, whichever has the higher contrast on `background`. */
export function inkOn(background: Rgb): Rgb {
  const dark: Rgb = [20, 26, 30]
  const on = luminance(background) + 0.05
  return on / (luminance(dark) + 0.05) > 1.05 / on ? dark : [255, 255, 255]
}
export const css = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`
