import { TextLayer } from '@deck.gl/layers'
import { createIntl } from 'react-intl'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import ar from '#dashboard/src/i18n/ar.json' with { type: 'json' }
import en from '#dashboard/src/i18n/en.json' with { type: 'json' }
import es from '#dashboard/src/i18n/es.json' with { type: 'json' }
import { createFormatters } from '#dashboard/src/i18n/formatters.ts'
import fr from '#dashboard/src/i18n/fr.json' with { type: 'json' }
import ru from '#dashboard/src/i18n/ru.json' with { type: 'json' }
import zh from '#dashboard/src/i18n/zh-Hans.json' with { type: 'json' }
import type { LayerInput, PointMark } from '#dashboard/src/map/layer-model/model.ts'
import { airModel } from '#dashboard/src/map/layers/air/air-layer.ts'
import { indexModel } from '#dashboard/src/map/layers/air/index-model.ts'
import { environmentModel } from '#dashboard/src/map/layers/environment/environment-layer.ts'
import { pointLayers } from '#dashboard/src/map/marks/points.ts'

const LANGUAGES = { en, fr, es, ar, 'zh-Hans': zh, ru }
const THEME = { surface: [255, 255, 255], ring: [0, 0, 0], mast: [0, 0, 0], suspect: [0, 0, 0] } as never
const now = Date.parse('2026-11-25T12:00:00Z')

const thing = (property: string, airIndex: object | null = null) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [2.17, 41.39] },
  properties: {
    ...{ id: 1, key: 'station', name: 'Station', domain: 'air', kind: 'air_station', grade: 'reference' },
    ...{ zone: null, verified: true, simulated: false, expectedIntervalSeconds: null, attributes: {}, airIndex },
    datastreams: [{ id: 7, property, channel: '', unit: 'ug/m3', latest: null }],
  },
})

function inputOf(language: keyof typeof LANGUAGES, things: readonly unknown[], latest: object): LayerInput {
  const i18n = createFormatters(createIntl({ locale: language, messages: LANGUAGES[language] }), 'UTC')
  const input = {
    ...{ zones: { type: 'FeatureCollection', features: [] }, things, simulated: false, now, frame: null },
    latestOf: () => ({ time: now - 60_000, result: 1, quality: 1, reasons: [], ...latest }),
    ...{ noData: [1, 2, 3], i18n },
  }
  return input as unknown as LayerInput
}

/** What deck.gl writes: the text of each mark without the characters that it was not given. */
function writtenOn(points: readonly PointMark[]): string[] {
  const layers = pointLayers({ points, numbered: points, scale: 1 }, THEME)
  const texts = layers.find((layer): layer is TextLayer<PointMark> => layer instanceof TextLayer)
  if (!texts) throw new Error('no layer of texts')
  const { characterSet, getText } = texts.props
  const known = new Set(characterSet)
  return points.map((mark) =>
    [...String((getText as (mark: PointMark) => string)(mark))].filter((c) => known.has(c)).join(''),
  )
}

beforeAll(() => {
  vi.stubGlobal('document', { createElement: () => ({ getContext: () => null }) })
  vi.stubGlobal('ImageData', class {})
})

describe.each(Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[])(
  'the number on a mark keeps its sign (%s)',
  (language) => {
    const index = {
      ...{ scheme: 'us_epa', value: 133, atLeast: true, missing: [], doubted: [], beyond: [], parts: [] },
      ...{ category: 'unhealthy_sensitive', pollutant: 'pm2_5', averaging: 'nowcast_12h' },
    }
    test.each([
      [
        'a lower bound of the index',
        indexModel(inputOf(language, [thing('pm2_5', { european: null, us: index })], {}), 'us'),
        /^≥\P{L}+$/u,
      ],
      [
        'below detection',
        airModel(inputOf(language, [thing('pm2_5')], { result: 2, reasons: ['below_detection'] }), 'pm2_5'),
        /^<\P{L}+$/u,
      ],
      [
        'above the range',
        airModel(inputOf(language, [thing('pm2_5')], { result: 999, reasons: ['above_range'] }), 'pm2_5'),
        /^>\P{L}+$/u,
      ],
      [
        'frost',
        environmentModel(inputOf(language, [thing('temperature')], { result: -7.4 }), 'temperature'),
        /^[-−\u200e\u061c]+\P{L}+$/u,
      ],
    ])('%s', (_, model, expected) => {
      const points = model?.marks.points ?? []
      expect(points).toHaveLength(1)
      const [text] = writtenOn(points)
      expect(text).toMatch(expected)
      expect(text).toBe(points[0]?.label.replace(/\s/gu, ''))
    })
  },
)
