import type { CoverageResponse } from '#model/api/city.ts'
import { h3 } from '../../../geo/h3.ts'
import { amount, text } from '../../../ui/table/table-model.ts'
import { colourOf, rsrpScale } from '../../colours/scales.ts'
import { rangeLabels, sourceFact } from '../../layer-model/legend-parts.ts'
import { type LayerInput, type LayerModel, NO_MARKS, type PointMark } from '../../layer-model/model.ts'
import { isConfirmed, pointOf, readingsOf } from '../../layer-model/things.ts'
import { COVERAGE } from './coverage-source.ts'

/** Radio coverage in H3 cells: the median of what was measured there, with the masts. */
export function coverageModel(input: LayerInput, coverage: CoverageResponse, measure: string): LayerModel {
  const { i18n } = input
  const scale = COVERAGE[measure]?.scale ?? rsrpScale
  const cells = coverage.cells.filter(({ cell }) => h3().isValidCell(cell))
  const n = cells.reduce((sum, cell) => sum + cell.n, 0)
  const unit = i18n.unit(coverage.unit)
  return {
    legend: {
      title: i18n.name('connectivity.title', measure),
      steps: rangeLabels(scale, i18n.number, i18n.t),
      facts: [
        [i18n.t('fact.statistic'), i18n.t('connectivity.statistic')],
        [i18n.t('fact.window'), i18n.t('range', { from: i18n.date(coverage.from), to: i18n.date(coverage.to) })],
        [i18n.t('fact.unit'), unit],
        [i18n.t('fact.n'), i18n.t('n.cells', { n, cells: cells.length })],
        sourceFact(input),
      ],
      keys: ['mast'],
      stale: 0,
      suspect: 0,
      none: 0,
      notes: [
        i18n.t('connectivity.note'),
        ...(coverage.truncated
          ? [i18n.t('connectivity.truncated', { shown: cells.length, total: coverage.total })]
          : []),
      ],
    },
    columns: [
      { id: 'name', label: i18n.t('column.cell'), numeric: false },
      { id: 'zone', label: i18n.t('column.position'), numeric: false },
      { id: 'p50', label: `${i18n.t('column.p50')} (${unit})`, numeric: true },
      { id: 'p10', label: i18n.t('column.p10'), numeric: true },
      { id: 'p90', label: i18n.t('column.p90'), numeric: true },
      { id: 'n', label: i18n.t('column.n'), numeric: true },
    ],
    rows: cells.map(({ cell, p10, p50, p90, n: samples }) => {
      const [latitude, longitude] = h3().cellToLatLng(cell)
      return {
        id: `cell:${cell}`,
        key: cell,
        cells: {
          name: text(cell),
          zone: text(`${latitude.toFixed(4)}, ${longitude.toFixed(4)}`),
          p50: amount(p50, i18n.number, ''),
          p10: amount(p10, i18n.number, ''),
          p90: amount(p90, i18n.number, ''),
          n: amount(samples, i18n.integer, ''),
        },
      }
    }),
    marks: {
      ...NO_MARKS,
      points: mastMarks(input),
      cells: cells.map(({ cell, p10, p50, p90, n: samples }) => ({
        id: `cell:${cell}`,
        cell,
        colour: colourOf(scale, p50),
        hint: i18n.t('connectivity.hint', {
          p50: i18n.quantity(p50, coverage.unit),
          p10: i18n.number(p10),
          p90: i18n.number(p90),
          n: i18n.integer(samples),
        }),
      })),
    },
  }
}

function mastMarks(input: LayerInput): PointMark[] {
  return readingsOf(input, ['mast'], 'online').flatMap(({ thing, trust }) => {
    const position = pointOf(thing)
    // many things are online; only a mast is drawn as one
    if (!position || thing.properties.kind !== 'mast') return []
    const { key, name, attributes } = thing.properties
    const hint = String(attributes.technologies ?? input.i18n.name('kind', 'mast'))
    return [
      {
        id: `thing:${key}`,
        name,
        position,
        colour: [27, 35, 40],
        trust,
        confirmed: isConfirmed({ thing }),
        radius: 7,
        shape: 'triangle',
        label: '',
        hint,
      },
    ]
  })
}
