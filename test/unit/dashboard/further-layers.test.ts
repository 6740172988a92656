import { describe, expect, test } from 'vitest'
import { arrangeAll } from '#dashboard/src/map/canvas/arrange.ts'
import { draw } from '#dashboard/src/map/canvas/draw.ts'
import { added, changed, type Drawn, moved, removed } from '#dashboard/src/map/further/stack.ts'
import { type Marks, NO_MARKS, type PointMark } from '#dashboard/src/map/layer-model/model.ts'
import { LAYERS } from '#dashboard/src/map/layers/index.ts'
import type { FurtherLayers } from '#dashboard/src/state/further-layers.ts'
import { createAddress } from '#dashboard/src/state/view-state.ts'

const { defaults: DEFAULTS, parseViewState, toSearch } = createAddress(LAYERS)
const part = (layer: string, measure: string, opacity = 100) => ({ layer, measure, opacity })

describe('further layers in the address', () => {
  test('come back in their order, from bottom to top', () => {
    const layers = {
      under: [part('districts', 'density', 70)],
      over: [part('mobility', 'bikes'), part('energy', 'power', 10)],
    }
    const search = toSearch({ ...DEFAULTS, ...layers })
    expect(search).toBe('?under=districts:density:70&over=mobility:bikes:100,energy:power:10')
    expect(parseViewState(search)).toMatchObject(layers)
  })

  test.each([
    ['an unknown layer', 'gold:price:50'],
    ['a measure that the layer does not have', 'mobility:pm10:50'],
    ['markup for a question', 'survey:<script>:50'],
    ['an opacity that shows nothing', 'mobility:bikes:9'],
    ['more than all of it', 'mobility:bikes:101'],
    ['no number', 'mobility:bikes:half'],
    ['no opacity', 'mobility:bikes'],
    ['more than three parts', 'mobility:bikes:50:1'],
    ['nothing', ''],
    ['a map of nine colours, which would mean nothing when mixed', 'compare:bivariate:50'],
    ['the main layer itself', 'air:us:50'],
  ])('%s falls away, and its neighbours stay', (_, text) => {
    expect(parseViewState(`?over=${text},energy:power:50`).over).toEqual([part('energy', 'power', 50)])
  })

  test('a layer is there once: the first is kept, below before above', () => {
    const search = '?under=mobility:bikes:80&over=mobility:traffic:50,energy:power:50,energy:per_capita:50'
    expect(parseViewState(search)).toMatchObject({
      under: [part('mobility', 'bikes', 80)],
      over: [part('energy', 'power', 50)],
    })
  })

  test('there are three at most', () => {
    const over = 'mobility:bikes:50,energy:power:50,voices:air:50,districts:density:50'
    expect(parseViewState(`?over=${over}`).over.map(({ layer }) => layer)).toEqual(['mobility', 'energy', 'voices'])
  })

  test('the main layer may be there again with another measure, and leaves the list when it is chosen', () => {
    const over = [part('air', 'pm2_5', 50)]
    expect(parseViewState(toSearch({ ...DEFAULTS, over })).over).toEqual(over)
    expect(toSearch({ ...DEFAULTS, measure: 'pm2_5', over })).toBe('?by=pm2_5')
  })

  test('are kept as they are written before the layers are loaded', () => {
    const early = createAddress()
    const written = '?layer=energy&over=gold:price:50'
    expect(early.toSearch(early.parseViewState(written))).toBe(written)
  })
})

describe('the order', () => {
  const start: FurtherLayers = { under: [part('districts', 'density')], over: [part('mobility', 'bikes')] }
  const layersOf = ({ under, over }: FurtherLayers) => [
    ...under.map(({ layer }) => layer),
    'main',
    ...over.map(({ layer }) => layer),
  ]

  test('a layer goes past the main one, and not past the end', () => {
    const up = moved(start, 'districts', 1)
    expect(layersOf(up)).toEqual(['main', 'districts', 'mobility'])
    expect(layersOf(moved(up, 'districts', 1))).toEqual(['main', 'mobility', 'districts'])
    expect(layersOf(moved(start, 'mobility', 1))).toEqual(layersOf(start))
    expect(layersOf(moved(moved(start, 'mobility', -1), 'mobility', -1))).toEqual(['mobility', 'districts', 'main'])
  })

  test('what is changed keeps its place, what is removed leaves the others', () => {
    expect(changed(start, 'districts', { opacity: 30 })).toEqual({
      ...start,
      under: [part('districts', 'density', 30)],
    })
    expect(layersOf(removed(start, 'districts'))).toEqual(['main', 'mobility'])
  })

  test('a layer is added where it hides the least: areas below streets, streets below points', () => {
    const drawn = { survey: 'areas', districts: 'areas', mobility: 'streets', energy: 'points' } as const
    const adding = (main: Drawn, layers: FurtherLayers, layer: keyof typeof drawn) =>
      added(layers, { layer, measure: 'any' }, (part) => (part ? drawn[part.layer as keyof typeof drawn] : main))
    const none = { under: [], over: [] }
    expect(layersOf(adding('points', none, 'survey'))).toEqual(['survey', 'main'])
    expect(layersOf(adding('areas', none, 'survey'))).toEqual(['main', 'survey'])
    expect(layersOf(adding('points', none, 'mobility'))).toEqual(['mobility', 'main'])
    expect(layersOf(adding('streets', none, 'energy'))).toEqual(['main', 'energy'])
    const some = { under: [part('districts', 'density')], over: [part('mobility', 'congestion')] }
    expect(layersOf(adding('streets', some, 'survey'))).toEqual(['districts', 'survey', 'main', 'mobility'])
    // areas on areas let them shine through; others need not
    expect(adding('areas', none, 'survey').over).toMatchObject([{ opacity: 70 }])
    expect(adding('points', none, 'survey').under).toMatchObject([{ opacity: 100 }])
  })
})

describe('what the map draws', () => {
  const point = (id: string, longitude: number): PointMark => ({
    ...{ id, name: '', hint: '', label: '5', shape: 'dot', radius: 10, trust: 'fresh', confirmed: true },
    ...{ position: [longitude, 0], colour: [10, 20, 30] },
  })
  const area = { id: 'zone:a', name: 'A', colour: [1, 2, 3] as const, certainty: 'plain' as const, hint: '' }
  const square = [[0, 0] as const, [1, 0] as const, [1, 1] as const, [0, 0] as const]
  const filled: Marks = { ...NO_MARKS, areas: [{ ...area, area: { type: 'Polygon', coordinates: [square] } }] }
  // more than this many are drawn without symbols, which would need a browser
  const many = Array.from({ length: 5001 }, (_, index) => point(`thing:${index}`, index / 1000))
  const points: Marks = { ...NO_MARKS, points: many }

  function drawn(...layers: readonly { id: string; marks: Marks; opacity: number }[]) {
    const arranged = arrangeAll(
      layers.map(({ marks }) => marks.points),
      null,
      14,
    )
    const parts = draw({
      layers: layers.map((layer, index) => ({
        ...layer,
        points: arranged[index] ?? { points: [], numbered: [], scale: 1 },
      })),
      zones: { type: 'FeatureCollection', features: [] },
      ...{ selected: 'thing:1', spot: null, outline: null, corners: [[0, 0]] as const, scheme: 'light' as const },
    })
    return parts.flat().flatMap((one) => (one && 'id' in one ? [{ id: one.id, opacity: one.props.opacity ?? 1 }] : []))
  }
  const bottom = { id: 'main', marks: points, opacity: 1 }
  const middle = { id: 'districts', marks: filled, opacity: 0.5 }
  const top = { id: 'mobility', marks: points, opacity: 0.3 }

  test('is every layer from bottom to top, with ids of its own, and the selection above all', () => {
    const ids = drawn(bottom, middle, top).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const at = (id: string) => ids.indexOf(id)
    expect(at('main/many-points')).toBeGreaterThan(-1)
    expect(at('main/many-points')).toBeLessThan(at('districts/areas'))
    expect(at('districts/areas')).toBeLessThan(at('mobility/many-points'))
    expect(ids.at(-1)).toBe('selected')
  })

  test('is the opacity that was chosen: deck.gl draws with its 2.2nd root', () => {
    const parts = drawn(bottom, middle, top)
    const shareOf = (id: string) => (parts.find((one) => one.id === id)?.opacity ?? 0) ** (1 / 2.2)
    expect(shareOf('districts/areas')).toBeCloseTo(0.5)
    expect(shareOf('mobility/many-points')).toBeCloseTo(0.3)
    expect(shareOf('main/many-points')).toBe(1)
  })

  test('is no fill over what is being drawn, and what is drawn is not over points', () => {
    const ids = drawn(bottom, middle, top).map(({ id }) => id)
    expect(ids.indexOf('corners')).toBeGreaterThan(ids.indexOf('districts/cells'))
    expect(ids.indexOf('corners')).toBeLessThan(ids.indexOf('mobility/many-points'))
  })

  test('is no number below a point of a higher layer', () => {
    // at zoom 14 a px is 360 / (512 * 16384) degrees: 5 px apart they lie on each other, 100 px apart they do not
    const px = 360 / (512 * 16_384)
    const [low, high] = arrangeAll([[point('a', 0), point('b', 100 * px)], [point('c', 5 * px)]], null, 14)
    expect(low?.numbered.map(({ id }) => id)).toEqual(['b'])
    expect(low?.points).toHaveLength(2)
    expect(high?.numbered.map(({ id }) => id)).toEqual(['c'])
  })
})
