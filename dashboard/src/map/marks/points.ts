import { IconLayer, ScatterplotLayer, TextLayer } from '@deck.gl/layers'
import { inkOn, type Rgb } from '../colours/palette.ts'
import type { PointMark } from '../layer-model/model.ts'
import { manyPoints } from './many-points.ts'
import { attributesOf, MANY_POINTS, type PointTheme } from './point-attributes.ts'
import { ICONS, type IconName, iconAtlas, iconSize } from './shape-icons.ts'

export type Points = {
  readonly points: readonly PointMark[]
  /** whose number is written on it */
  readonly numbered: readonly PointMark[]
  /** of radii, by zoom: see pointScale */
  readonly scale: number
}

/**
 * Filled when fresh; hollow when stale or without a value; a second ring around what is suspect. What nobody confirmed
 * is hollow with a dashed outline in no colour of the scale, and lies below the others.
 */
export function pointLayers({ points, numbered, scale }: Points, theme: PointTheme, toAttributes = attributesOf) {
  if (points.length === 0) return []
  if (points.length > MANY_POINTS) return [manyPoints(points, toAttributes(points, scale, theme))]
  const confirmed = points.filter((mark) => mark.confirmed)
  const unconfirmed = points.filter((mark) => !mark.confirmed)
  const dots = confirmed.filter(({ shape }) => shape === 'dot')
  const others = confirmed.filter(({ shape }) => shape !== 'dot')
  const suspects = points.filter(({ trust }) => trust === 'suspect')
  const fillOf = ({ colour, trust }: PointMark): Rgb => (isHollow(trust) ? theme.surface : colour)
  const lineOf = ({ colour, trust }: PointMark): Rgb => (isHollow(trust) ? colour : theme.ring)
  const icons = { scale, theme }
  return [
    iconLayer('unconfirmed', unconfirmed, { ...icons, iconOf: ({ shape }) => shape, colourOf: () => theme.surface }),
    iconLayer('unconfirmed-outlines', unconfirmed, {
      ...icons,
      iconOf: ({ shape }) => `${shape}-dashed`,
      colourOf: () => theme.mast,
    }),
    new ScatterplotLayer<PointMark>({
      id: 'suspect-rings',
      data: suspects,
      getPosition: ({ position }) => [position[0], position[1]],
      getRadius: ({ radius }) => radius * scale + 4.5,
      updateTriggers: { getRadius: scale },
      radiusUnits: 'pixels',
      filled: false,
      stroked: true,
      getLineColor: [...theme.suspect],
      lineWidthUnits: 'pixels',
      getLineWidth: 2,
    }),
    new ScatterplotLayer<PointMark>({
      id: 'dots',
      data: dots,
      pickable: true,
      getPosition: ({ position }) => [position[0], position[1]],
      getRadius: ({ radius }) => radius * scale,
      radiusUnits: 'pixels',
      stroked: true,
      lineWidthUnits: 'pixels',
      getLineWidth: ({ trust }) => (isHollow(trust) ? 2.5 : 1),
      getFillColor: (mark) => [...fillOf(mark)],
      getLineColor: (mark) => [...lineOf(mark)],
      updateTriggers: { getFillColor: theme, getLineColor: theme, getRadius: scale },
    }),
    // of a mast there is no value: it has the colour of text
    iconLayer('shapes', others, {
      ...icons,
      iconOf: ({ shape }) => shape,
      colourOf: (mark) => (mark.shape === 'triangle' && !isHollow(mark.trust) ? theme.mast : fillOf(mark)),
    }),
    iconLayer('shape-outlines', others, {
      ...icons,
      iconOf: ({ shape, trust }) => `${shape}-${isHollow(trust) ? 'thick' : 'line'}`,
      colourOf: (mark) => (mark.shape === 'triangle' ? theme.mast : lineOf(mark)),
    }),
    new TextLayer<PointMark>({
      id: 'dot-labels',
      data: numbered,
      getPosition: ({ position }) => [position[0], position[1]],
      getText: textOf,
      getSize: (mark) => textSize(mark, scale),
      fontFamily: 'Inter Variable, sans-serif',
      fontWeight: 600,
      characterSet: charactersOf(numbered),
      getColor: (mark) => [...inkOn(mark.confirmed ? fillOf(mark) : theme.surface)],
      updateTriggers: { getColor: theme, getSize: scale },
    }),
  ]
}

/** A mark is narrow: "≥33" stands on it where other places have "≥ 33". */
const textOf = ({ label }: PointMark): string => label.replace(/\s/g, '')

/** px of the characters; smaller where the text is wider than the mark. */
function textSize(mark: PointMark, scale: number): number {
  const width = 2 * mark.radius * scale
  return Math.max(MIN_TEXT_PX, Math.min(TEXT_PX, width / (textOf(mark).length * EM_OF_DIGIT)))
}
const TEXT_PX = 11
const MIN_TEXT_PX = 8
/** Width of a digit of Inter as a share of its size. */
const EM_OF_DIGIT = 0.64

/** deck.gl leaves out, without a word, what is not in this set: a "≥" or "<" must never get lost. Digits, so that it is never empty. */
const charactersOf = (marks: readonly PointMark[]): string =>
  [...new Set(['0123456789', ...marks.map(textOf)].join(''))].toSorted().join('')

const isHollow = (trust: PointMark['trust']): boolean => trust === 'stale' || trust === 'none'

type Icons = {
  readonly scale: number
  readonly theme: PointTheme
  readonly iconOf: (mark: PointMark) => IconName
  readonly colourOf: (mark: PointMark) => Rgb
}

const iconLayer = (id: string, data: readonly PointMark[], { scale, theme, iconOf, colourOf }: Icons) =>
  new IconLayer<PointMark>({
    id,
    data,
    pickable: true,
    // deck.gl takes pixels here as well as an address; its type only names the address
    iconAtlas: iconAtlas() as unknown as string,
    iconMapping: ICONS,
    getIcon: iconOf,
    getPosition: ({ position }) => [position[0], position[1]],
    getSize: ({ radius, shape }) => iconSize(shape, radius) * scale,
    getColor: (mark) => [...colourOf(mark)],
    updateTriggers: { getColor: theme, getSize: scale },
  })
