import type { MapLayer } from '../../layer-model/layer.ts'
import { playProperties } from '../../layer-model/playback-source.ts'
import { coverageModel } from './coverage.ts'
import { COVERAGE_MEASURES, coverageQueryOf } from './coverage-source.ts'
import { wifiModel } from './wifi.ts'

export const connectivityLayer = {
  id: 'connectivity',
  measures: [...COVERAGE_MEASURES, 'wifi'],
  queries: ({ measure }) => [coverageQueryOf(measure)].filter((query) => query !== undefined),
  model: (input, { measure }, read) => {
    if (measure === 'wifi') return wifiModel(input)
    const query = coverageQueryOf(measure)
    const coverage = query && read(query)
    return coverage ? coverageModel(input, coverage, measure) : null
  },
  draws: (measure) => (measure === 'wifi' ? 'points' : 'areas'),
  playback: (measure) => (measure === 'wifi' ? playProperties('clients') : null),
} as const satisfies MapLayer
