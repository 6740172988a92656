import { amount } from '../../../ui/table/table-model.ts'
import { colourOf, congestionScale } from '../../colours/scales.ts'
import type { LayerInput, LayerModel, LineMark } from '../../layer-model/model.ts'
import { thingModel } from '../../layer-model/thing-model.ts'
import { isConfirmed, numberAttribute, type Reading, readingsOf, unconfirmedFirst } from '../../layer-model/things.ts'

/** Travel time over free-flow travel time; null where either is unknown. */
export function congestionOf({ thing, latest }: Pick<Reading, 'thing' | 'latest'>): number | null {
  const free = numberAttribute(thing, 'freeFlowTravelTimeS')
  return latest && free && free > 0 ? latest.result / free : null
}

/** Street segments by how much longer a trip takes than on free roads. */
export function congestionModel(input: LayerInput): LayerModel {
  const { i18n } = input
  const readings = readingsOf(input, ['street_segment'], 'travel_time')
  const show = (value: number): string => i18n.t('mobility.times', { value: i18n.number(round2(value)) })
  const model = thingModel(input, {
    title: i18n.t('mobility.title.congestion'),
    statistic: 'mobility.statistic.congestion',
    unit: '',
    readings,
    numberOf: congestionOf,
    scale: congestionScale,
    show,
    column: i18n.t('mobility.column.congestion'),
    extra: [
      {
        id: 'travelTime',
        label: `${i18n.property('travel_time')} (s)`,
        numeric: true,
        cell: ({ latest }) => amount(latest?.result, i18n.integer, i18n.t('none')),
      },
    ],
    steps: ['free', 'light', 'dense', 'slow', 'jammed'].map((name, index) => ({
      colour: congestionScale.colours[index] ?? [128, 128, 128],
      label: i18n.name('mobility.congestion', name),
      range: index === 0 ? `< ${show(1.15)}` : `≥ ${show(congestionScale.breaks[index - 1] ?? 1)}`,
    })),
  })
  const lines = readings.flatMap((reading): LineMark[] => {
    const { geometry, properties } = reading.thing
    if (geometry?.type !== 'LineString') return []
    const value = congestionOf(reading)
    return [
      {
        id: `thing:${properties.key}`,
        name: properties.name,
        path: geometry.coordinates,
        colour: value === null || !isConfirmed(reading) ? input.noData : colourOf(congestionScale, value),
        trust: value === null ? 'none' : reading.trust,
        confirmed: isConfirmed(reading),
        hint: value === null ? i18n.t('hint.noValue') : show(value),
      },
    ]
  })
  return { ...model, marks: { ...model.marks, points: [], lines: unconfirmedFirst(lines) } }
}

const round2 = (value: number): number => Math.round(value * 100) / 100
