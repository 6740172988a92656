/** The land of a coast, for coasts of any shape. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { landWithin } from '#domain/base-map/build/coast.ts'
import { contains, type Line, signedArea } from '#domain/base-map/build/rings.ts'

const BOX = [0, 0, 10, 10] as const
/** x of a coast at the heights -5, -3, ... 15: it runs north, so the land is in the west of it. */
const coast = fc.array(fc.double({ min: 1, max: 6, noNaN: true }), { minLength: 11, maxLength: 11 })
const lineOf = (xs: readonly number[]): Line => xs.map((x, index) => [x, index * 2 - 5])
const xAt = (xs: readonly number[], y: number): number => {
  const at = (y + 5) / 2
  const [low, share] = [Math.floor(at), at - Math.floor(at)]
  return (xs[low] ?? 0) * (1 - share) + (xs[low + 1] ?? 0) * share
}
const island = fc.record({
  x: fc.double({ min: 7, max: 9, noNaN: true }),
  y: fc.double({ min: 1, max: 9, noNaN: true }),
})
const place = fc.record({
  x: fc.double({ min: 0.01, max: 9.99, noNaN: true }),
  y: fc.double({ min: 0.01, max: 9.99, noNaN: true }),
})
const ringAround = ({ x, y }: { x: number; y: number }): Line => [
  [x - 0.5, y - 0.5],
  [x + 0.5, y - 0.5],
  [x + 0.5, y + 0.5],
  [x - 0.5, y + 0.5],
  [x - 0.5, y - 0.5],
]
/** A coast in pieces, as mappers draw it. */
const pieces = (line: Line, cut: number): Line[] => [line.slice(cut), line.slice(0, cut + 1)]

test('a place is land exactly where it lies to the left of the coast or on an island', () => {
  fc.assert(
    fc.property(
      coast,
      island,
      fc.integer({ min: 1, max: 9 }),
      fc.array(place, { minLength: 5 }),
      (xs, isle, cut, places) => {
        const land = landWithin([...BOX], [...pieces(lineOf(xs), cut), ringAround(isle)])
        if (typeof land === 'string') throw new Error(land)
        expect(land.isSeaOutside).toBe(true)
        for (const { x, y } of places) {
          const expected = x < xAt(xs, y) || (Math.abs(x - isle.x) < 0.5 && Math.abs(y - isle.y) < 0.5)
          const onBorder =
            Math.abs(x - xAt(xs, y)) < 1e-6 ||
            Math.abs(Math.abs(x - isle.x) - 0.5) < 1e-6 ||
            Math.abs(Math.abs(y - isle.y) - 0.5) < 1e-6
          if (onBorder) continue
          expect(land.polygons.some(([ring]) => ring && contains(ring, [x, y]))).toBe(expected)
        }
      },
    ),
    { seed: 15, numRuns: 300 },
  )
})

test('land on both banks: what two opposite coasts leave is the water between them', () => {
  fc.assert(
    fc.property(coast, fc.double({ min: 0.5, max: 3, noNaN: true }), (xs, width) => {
      const west = lineOf(xs)
      const east = lineOf(xs.map((x) => x + width)).toReversed()
      const land = landWithin([...BOX], [west, east])
      if (typeof land === 'string') throw new Error(land)
      const area = land.polygons.reduce((sum, [ring = []]) => sum + Math.abs(signedArea(ring)) / 2, 0)
      // both coasts have one shape, so the channel is as wide everywhere
      expect(area).toBeCloseTo(100 - 10 * width, 6)
    }),
    { seed: 16, numRuns: 200 },
  )
})

test('a coast that ends within the box is incomplete, and no coast is none', () => {
  expect(
    landWithin(
      [...BOX],
      [
        [
          [3, -1],
          [3, 5],
        ],
      ],
    ),
  ).toBe('incomplete') // prettier-ignore
  expect(landWithin([...BOX], [])).toBe('none')
})
