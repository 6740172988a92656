import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arrange, pointScale, unobstructed } from '#dashboard/src/map/canvas/arrange.ts'
import { isInTheOpen } from '#dashboard/src/map/canvas/in-the-open.ts'
import { centreOf, fitting, placeLabels, project } from '#dashboard/src/map/canvas/place-labels.ts'
import { isStale, trustOf } from '#dashboard/src/map/layer-model/things.ts'
import { congestionOf } from '#dashboard/src/map/layers/mobility/congestion.ts'
import { hatch } from '#dashboard/src/map/marks/hatch.ts'
import { attributesOf } from '#dashboard/src/map/marks/point-attributes.ts'

const square = (west: number, south: number, size: number) => [
  [west, south] as const,
  [west + size, south] as const,
  [west + size, south + size] as const,
  [west, south + size] as const,
  [west, south] as const,
]

describe('hatching', () => {
  test('every line ends on the edge of the area', () => {
    const lines = hatch({ type: 'Polygon', coordinates: [square(0, 0, 0.01)] }, 200)
    expect(lines.length).toBeGreaterThan(4)
    for (const [x, y] of lines.flat()) {
      const edge = Math.min(Math.abs(x), Math.abs(x - 0.01), Math.abs(y), Math.abs(y - 0.01))
      expect(edge).toBeLessThan(1e-9)
    }
  })

  test('a hole stays empty', () => {
    const area = { type: 'Polygon' as const, coordinates: [square(0, 0, 0.03), square(0.01, 0.01, 0.01)] }
    for (const [[x1, y1] = [0, 0], [x2, y2] = [0, 0]] of hatch(area, 150)) {
      const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2]
      expect(x > 0.0101 && x < 0.0199 && y > 0.0101 && y < 0.0199).toBe(false)
    }
  })

  test('lines lie as far apart as asked: a square kilometre at 100 m has about 14 diagonals', () => {
    // the diagonal of 1 km is 1,414 m long; lines across it every 100 m
    const side = 1000 / 111_320
    expect(hatch({ type: 'Polygon', coordinates: [square(0, 0, side)] }, 100).length).toBeCloseTo(14, -1)
  })
})

describe('names of districts', () => {
  test('stand in the centre of the largest part', () => {
    const [x, y] = centreOf({ type: 'MultiPolygon', coordinates: [[square(5, 5, 0.1)], [square(0, 0, 2)]] })
    expect(x).toBeCloseTo(1)
    expect(y).toBeCloseTo(1)
  })

  test('at zoom 0 the world is 512 px wide and the equator in its middle', () => {
    expect(project([-180, 0], 0)).toEqual([0, 256])
    expect(project([180, 0], 0)[0]).toBe(512)
  })

  test('never stand on each other: the more populous keeps the centre', () => {
    const labels = [
      { name: 'Small', position: [0, 0] as const, weight: 10 },
      { name: 'Large', position: [0.0001, 0] as const, weight: 900 },
    ]
    expect(fitting(labels, 8, []).map(({ name }) => name)).toEqual(['Large', 'Small'])
    expect(fitting(labels, 8, []).map(({ shift }) => shift)).toEqual([0, -16])
  })

  test('give way to points', () => {
    const label = { name: 'Quay', position: [0, 0] as const, weight: 1 }
    const [placed] = fitting([label], 12, [{ position: [0, 0], radius: 6 }])
    expect(Math.abs(placed?.shift ?? 0)).toBeGreaterThan(6)
  })

  test('where points are all around, lie over the least of them', () => {
    // at zoom 12 a px is 360 / (512 * 4096) degrees: marks stand in a column 16 px apart, with one 40 px below left out
    const px = 360 / (512 * 4096)
    const marks = [48, 32, 16, 0, -16, -32].map((up) => ({ position: [0, up * px] as const, radius: 6 }))
    const [placed] = fitting([{ name: 'Quay', position: [0, 0] as const, weight: 1 }], 12, marks)
    expect(placed?.shift).toBe(40)
  })

  // 424 districts on a screen: a name that is wider than its district is not taken for that of its neighbours
  test('a name stays at its own district, over no middle of another, and over no mark where it is too wide', () => {
    const px = 360 / (512 * 4096)
    const zone = (name: string, column: number, row: number, size: number) => {
      const [west, south] = [column * size * px, row * size * px]
      const coordinates = [square(west, south, size * px)]
      return {
        type: 'Feature',
        id: name,
        geometry: { type: 'Polygon', coordinates },
        properties: { name, population: 1 },
      }
    }
    const sizes = fc.integer({ min: 8, max: 120 })
    const lengths = fc.array(fc.integer({ min: 3, max: 24 }), { minLength: 36, maxLength: 36 })
    fc.assert(
      fc.property(sizes, lengths, fc.integer({ min: 0, max: 35 }), (size, letters, marked) => {
        const features = letters.map((n, at) => zone(`${at}`.padEnd(n, 'x'), at % 6, Math.floor(at / 6), size))
        const labels = placeLabels({ type: 'FeatureCollection', features } as never)
        const mark = { position: labels[marked]?.position ?? [0, 0], radius: 6 } as const
        const middles = labels.map(({ position }) => project(position, 12))
        for (const { name, position, shift } of fitting(labels, 12, [mark])) {
          expect(Math.abs(shift)).toBeLessThanOrEqual(Math.max(16, size / 2))
          const halfWidth = (name.length * 6.8) / 2 + 2
          if (2 * halfWidth <= size) continue
          const [x, y] = project(position, 12)
          const under = middles.filter(([a, b]) => Math.abs(a - x) < halfWidth && Math.abs(b - y - shift) < 8)
          expect(under.every(([a, b]) => Math.hypot(a - x, b - y) < 1)).toBe(true)
          const [markX, markY] = project(mark.position, 12)
          expect(Math.abs(markX - x) < halfWidth + 5.9 && Math.abs(markY - y - shift) < 13.9).toBe(false)
        }
      }),
      { seed: 424, numRuns: 60 },
    )
  })
})

describe('points', () => {
  test('a covered number is not written', () => {
    const under = { position: [0, 0] as const, radius: 13 }
    const over = { position: [0.00001, 0] as const, radius: 13 }
    expect(unobstructed([under, over], 12)).toEqual([over])
  })

  // Two by two, 100 px apart: every second lies under the next. Comparing all pairs would be 5,000 million of them.
  test('are arranged in linear work', () => {
    const points = Array.from({ length: 100_000 }, (_, index) => {
      const pair = Math.floor(index / 2)
      const shift = 100 / (512 * 2 ** 12)
      return { position: [(pair % 300) * shift * 360, Math.floor(pair / 300) * shift * 300] as const, radius: 8 }
    })
    const began = performance.now()
    expect(unobstructed(points, 12)).toHaveLength(50_000)
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  test('shrink when the whole city is small, but stay visible', () => {
    expect(pointScale(14)).toBe(1)
    expect(pointScale(12.8)).toBe(1)
    expect(pointScale(9)).toBe(0.6)
  })
})

describe('many points', () => {
  const theme = { ring: [1, 1, 1], surface: [250, 250, 250], suspect: [200, 0, 0], mast: [0, 0, 0] } as const
  const mark = (trust: 'fresh' | 'stale' | 'suspect' | 'none', confirmed = true) => ({
    ...{ id: '', name: '', hint: '', label: '', shape: 'dot' as const, radius: 10 },
    ...{ position: [-10.5, 39.25] as const, colour: [10, 20, 30] as const, trust, confirmed },
  })

  test.each([
    ['fresh', [10, 20, 30, 255], [1, 1, 1, 255]],
    ['suspect', [10, 20, 30, 255], [200, 0, 0, 255]],
    ['stale', [250, 250, 250, 255], [10, 20, 30, 255]],
    ['none', [250, 250, 250, 255], [10, 20, 30, 255]],
  ] as const)('%s is drawn as such', (trust, fill, line) => {
    const { positions, fills, lines } = attributesOf([mark('fresh'), mark(trust)], 1, theme)
    expect([...positions]).toEqual([-10.5, 39.25, -10.5, 39.25])
    expect([...fills].slice(4)).toEqual([...fill])
    expect([...lines].slice(4)).toEqual([...line])
  })
})

test('of many points the unconfirmed are small and hollow, in no colour of the scale', () => {
  const theme = { ring: [1, 1, 1], surface: [250, 250, 250], suspect: [200, 0, 0], mast: [0, 0, 0] } as const
  const mark = (confirmed: boolean) => ({
    ...{ id: '', name: '', hint: '', label: '', shape: 'dot' as const, radius: 10, trust: 'fresh' as const },
    ...{ position: [0, 0] as const, colour: [10, 20, 30] as const, confirmed },
  })
  const { fills, lines, radii } = attributesOf([mark(true), mark(false)], 1, theme)
  expect([...fills].slice(4)).toEqual([250, 250, 250, 255])
  expect([...lines].slice(4)).toEqual([1, 1, 1, 255])
  expect((radii[1] ?? 0) / (radii[0] ?? 1)).toBeCloseTo(0.6)
})

test('an unconfirmed device covers no confirmed one: it lies below, whatever the order', () => {
  const mark = (id: string, confirmed: boolean, shape: 'dot' | 'square') => ({
    ...{ id, name: '', hint: '', label: '5', shape, radius: 10, trust: 'fresh' as const },
    ...{ position: [0, 0] as const, colour: [10, 20, 30] as const, confirmed },
  })
  const marks = [mark('reference', true, 'square'), mark('other', true, 'dot'), mark('stranger', false, 'dot')]
  const { points, numbered } = arrange(marks, null, 14)
  expect(points.map(({ id }) => id)).toEqual(['stranger', 'other', 'reference'])
  expect(numbered.map(({ id }) => id)).toEqual(['reference'])
})

describe('trust', () => {
  const at = Date.parse('2026-05-01T10:00:00Z')
  const latest = { time: at, result: 1, quality: 1 as const, reasons: [] }

  test('is stale after three expected intervals, not before', () => {
    expect(isStale(at, 300, at + 900_000)).toBe(false)
    expect(isStale(at, 300, at + 900_001)).toBe(true)
  })

  test.each([
    [null, 'none'],
    [latest, 'fresh'],
    [{ ...latest, quality: 2 as const }, 'fresh'],
    [{ ...latest, quality: 3 as const }, 'suspect'],
    [{ ...latest, quality: 4 as const }, 'suspect'],
    [{ ...latest, time: at - 3_600_000 }, 'stale'],
  ] as const)('of %j is %s', (value, trust) => {
    expect(trustOf(value, 60, at)).toBe(trust)
  })
})

test('congestion is travel time over free-flow travel time: 90 s where 60 s are free is 1.5', () => {
  const thing = { properties: { attributes: { freeFlowTravelTimeS: 60 } } } as unknown as Parameters<
    typeof congestionOf
  >[0]['thing']
  const latest = { time: 0, result: 90, quality: 1 as const, reasons: [] }
  expect(congestionOf({ thing, latest })).toBe(1.5)
  expect(congestionOf({ thing, latest: null })).toBeNull()
})

describe('a name of 60 by 12 px on a map of 390 by 400 px', () => {
  const button = { x: 12, y: 12, width: 40, height: 44 }
  const hidden = { x: 200, y: 100, width: 0, height: 0 }

  // half the name is 30 by 6 px, and 2 px stay free around it
  test.each([
    ['in the middle', 195, 200, true],
    ['across a button', 60, 30, false],
    ['just below a button', 40, 64, true],
    ['too close to it', 40, 63, false],
    ['cut off by the edge', 380, 200, false],
    ['at the edge', 358, 392, true],
    ['where something without a size is', 200, 100, true],
  ])('%s', (_, x, y, isShown) => {
    expect(isInTheOpen({ x, y, width: 60, height: 12 }, { width: 390, height: 400 }, [button, hidden])).toBe(isShown)
  })
})
