import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Area, Position } from '#model/basics/geo.ts'
import { isInside, shareInside } from '#model/basics/overlap.ts'

const seed = 20261130
const box = (west: number, south: number, east: number, north: number): Position[] => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
]
const closed = (ring: Position[]): Position[] => [...ring, ...ring.slice(0, 1)]
const polygon = (...rings: Position[][]): Area => ({ type: 'Polygon', coordinates: rings.map(closed) })
const zone = polygon(box(0, 0, 2, 2))

describe('the share of a zone inside a ring', () => {
  test.each<[string, Position[], number]>([
    ['all of it', box(-1, -1, 3, 3), 1],
    ['exactly it', box(0, 0, 2, 2), 1],
    ['its west half', box(-1, -1, 1, 3), 0.5],
    ['a quarter', box(0, 0, 1, 1), 0.25],
    ['none', box(5, 5, 6, 6), 0],
    // the triangle below the diagonal
    [
      'a triangle',
      [
        [0, 0],
        [2, 0],
        [2, 2],
      ],
      0.5,
    ],
    // two triangles that meet in the middle: a ring that crosses itself
    [
      'a bow tie',
      [
        [0, 0],
        [2, 2],
        [2, 0],
        [0, 2],
      ],
      0.5,
    ],
    // an L: the whole without its upper right quarter
    [
      'a corner missing',
      [
        [0, 0],
        [2, 0],
        [2, 1],
        [1, 1],
        [1, 2],
        [0, 2],
      ],
      0.75,
    ],
  ])('%s', (_, ring, share) => expect(shareInside(zone, ring)).toBeCloseTo(share, 2))

  test('a hole is no part of the zone, and parts are', () => {
    expect(shareInside(polygon(box(0, 0, 4, 4), box(1, 1, 3, 3)), box(1, 1, 3, 3))).toBe(0)
    const parts: Area = { type: 'MultiPolygon', coordinates: [[closed(box(0, 0, 1, 1))], [closed(box(3, 0, 4, 1))]] }
    expect(shareInside(parts, box(2, -1, 5, 2))).toBeCloseTo(0.5, 6)
  })

  test('on the sphere: of the northern hemisphere half lies south of 30 degrees, because sin 30° is 1/2', () => {
    expect(shareInside(polygon(box(0, 0, 10, 90)), box(0, 0, 10, 30))).toBeCloseTo(0.5, 2)
  })

  test('what lies inside a ring and what lies beyond its line are the whole', () => {
    const at = fc.double({ min: -3, max: 3, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(at, at), { minLength: 3, maxLength: 9 }), at, (ring, line) => {
        const west = polygon(box(-4, -3, line, 3))
        const east = polygon(box(line, -3, 4, 3))
        const [w, e, all] = [west, east, polygon(box(-4, -3, 4, 3))].map((one) => shareInside(one, ring)) as [
          number,
          number,
          number,
        ]
        expect(((line + 4) * w + (4 - line) * e) / 8).toBeCloseTo(all, 9)
        expect(Math.min(w, e)).toBeGreaterThanOrEqual(0)
        expect(Math.max(w, e)).toBeLessThanOrEqual(1 + 1e-9)
      }),
      { seed },
    )
  })

  test('a point is inside by the same rule', () => {
    const bow: Position[] = [
      [0, 0],
      [2, 2],
      [2, 0],
      [0, 2],
    ]
    expect(
      [
        [0.2, 1],
        [1.8, 1],
        [1, 0.2],
        [1, 1.8],
        [5, 1],
      ].map((point) => isInside(point as unknown as Position, bow)),
    ).toEqual([true, true, false, false, false])
  })
})
