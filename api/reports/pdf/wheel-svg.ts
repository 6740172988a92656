import type { ReportResponse } from '#model/api/reports.ts'
import { shownScore } from '#model/indicators/score.ts'
import { SIZE, STYLES, type Tone, type WheelShape, wheelShapes } from '#model/reports/wheel.ts'
import type { ReportText } from '../report-text.ts'
import { isRightToLeft, piecesOf } from './bidi.ts'
import { runsOf } from './fonts.ts'

export const INK = { ink: '#1b2328', soft: '#5d686e', line: '#b9bdbc', paper: '#f4f2ec', none: 'none' } as const

/** The wheel as SVG for paper. Colours are under white patterns, so that a black-and-white copy still tells them apart. */
export function wheelSvg(
  { indicators, groups }: Pick<ReportResponse, 'indicators' | 'groups'>,
  { t, percent }: ReportText,
): string {
  const city = groups.find(({ level }) => level === 'city')
  const shown = city ? shownScore(city) : null
  const score = percent(shown)
  const patterns = STYLES.map(
    ({ pattern }, index) =>
      `<pattern id="p${index}" width="6" height="6" patternUnits="userSpaceOnUse"><path d="${pattern}" stroke="#fff" stroke-width="0.9" fill="none"/></pattern>`,
  )
  const shapes = wheelShapes(indicators, score, t('score.label')).flatMap(shapeSvg)
  const box = `${-SIZE} ${-SIZE} ${2 * SIZE} ${2 * SIZE}`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}"><defs>${patterns.join('')}</defs>${shapes.join('')}</svg>`
}

function shapeSvg(shape: WheelShape): string[] {
  const { d, text, fill, stroke, transform, pattern } = shape
  const turn = transform ? ` transform="${transform}"` : ''
  if (text !== undefined) {
    const weight = shape.bold ? ' font-weight="bold"' : ''
    return [
      `<text font-family="${fontOf(text)}" font-size="${shape.size ?? 8}"${weight} text-anchor="${shape.anchor ?? 'start'}" fill="${colour(fill)}"${turn}>${inDrawingOrder(text, shape.size ?? 8)}</text>`,
    ]
  }
  const line = stroke === undefined ? '' : ` stroke="${colour(stroke)}" stroke-width="0.5"`
  const dash = shape.dashed ? ' stroke-dasharray="2 2"' : ''
  const opacity = shape.opacity === undefined ? '' : ` fill-opacity="${shape.opacity}"`
  const path = (paint: string, more: string): string => `<path d="${d}" fill="${paint}"${more}${turn}/>`
  const drawn = [path(colour(fill), `${line}${dash}${opacity}`)]
  return pattern && typeof fill === 'number' ? [...drawn, path(`url(#p${fill})`, '')] : drawn
}

/** A label is set in one font: that of its script. */
const fontOf = (text: string): string => runsOf(text).find(({ font }) => font !== undefined)?.font ?? 'Roboto'

/**
 * A label as it stands from left to right: what is not a line of the document is not put in order there. The font has no
 * space, so words are moved apart.
 */
function inDrawingOrder(text: string, size: number): string {
  if (!isRightToLeft(text)) return escaped(text)
  const cuts = [...text.matchAll(/\S+|\s+/g)].map(({ index }) => index)
  const words = piecesOf(text, 'rtl', cuts).filter((piece) => piece.text.trim() !== '')
  return words
    .map((word, index) => `<tspan${index === 0 ? '' : ` dx="${size * 0.25}"`}>${escaped(word.text)}</tspan>`)
    .join('')
}

/** A sample of a sub-dimension's colour and pattern for the legend. */
export function swatchSvg(index: number): string {
  const style = STYLES[index % STYLES.length] ?? STYLES[0]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 18 10"><defs><pattern id="s${index}" width="6" height="6" patternUnits="userSpaceOnUse"><path d="${style.pattern}" stroke="#fff" stroke-width="0.9" fill="none"/></pattern></defs><rect width="18" height="10" fill="${style.colour}"/><rect width="18" height="10" fill="url(#s${index})"/></svg>`
}

const colour = (tone: Tone): string =>
  typeof tone === 'number' ? (STYLES[tone % STYLES.length]?.colour ?? INK.ink) : INK[tone]
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
