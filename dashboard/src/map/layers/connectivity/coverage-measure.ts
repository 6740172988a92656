import inside from '@turf/boolean-point-in-polygon'
import type { CoverageResponse } from '#model/api/city.ts'
import { h3 } from '../../../geo/h3.ts'
import type { LayerInput } from '../../layer-model/model.ts'
import type { ZoneMeasure } from '../../layer-model/zone-model.ts'
import { COVERAGE } from './coverage-source.ts'

/** What moving sensors measured, district by district: the median over the cells whose middle lies in it. */
export function coverageMeasure(input: LayerInput, coverage: CoverageResponse, name: string): ZoneMeasure {
  const { i18n, zones } = input
  const cells = coverage.cells.flatMap(({ cell, p50, n }) => {
    if (!h3().isValidCell(cell)) return []
    const [latitude, longitude] = h3().cellToLatLng(cell)
    return [{ at: [longitude, latitude] as [number, number], p50, n }]
  })
  const found = new Map(
    zones.features.map(({ geometry, properties }) => {
      const own = cells.filter(({ at }) => inside(at, geometry as never))
      return [properties.key, { value: median(own.map(({ p50 }) => p50)), n: own.reduce((sum, { n }) => sum + n, 0) }]
    }),
  )
  return {
    title: i18n.name('connectivity.title', name),
    statistic: i18n.t('coverage.statistic.zone'),
    window: i18n.t('range', { from: i18n.date(coverage.from), to: i18n.date(coverage.to) }),
    unit: i18n.unit(coverage.unit),
    scale: COVERAGE[name]?.scale ?? { breaks: [], colours: [] },
    show: i18n.number,
    column: i18n.name('measure.connectivity', name),
    numberOf: ({ key }) => {
      const { value = null, n = 0 } = found.get(key) ?? {}
      return { value, why: i18n.t('coverage.none'), n }
    },
    n: i18n.t('n.cells', { n: cells.reduce((sum, { n }) => sum + n, 0), cells: cells.length }),
    origin: 'measured',
  }
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
