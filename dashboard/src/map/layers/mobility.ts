import { colourOf, congestionScale, fillScale, quantileScale } from '../colours/scales.ts'
import { amount, type LayerInput, type LayerModel, type LineMark } from '../layer-model/model.ts'
import { kindColumn, numberAttribute, perHour, type Reading, readingsOf, spreadOf } from './things.ts'
import { valueLayer } from './value-layer.ts'

/** Street segments, bicycle docks or counters, by their latest value. */
export function mobilityLayer(input: LayerInput, measure: string): LayerModel {
  if (measure === 'bikes') return bikesLayer(input)
  if (measure === 'traffic') return trafficLayer(input)
  return congestionLayer(input)
}

/** Travel time over free-flow travel time; null where either is unknown. */
export function congestionOf({ thing, latest }: Pick<Reading, 'thing' | 'latest'>): number | null {
  const free = numberAttribute(thing, 'freeFlowTravelTimeS')
  return latest && free && free > 0 ? latest.result / free : null
}

function congestionLayer(input: LayerInput): LayerModel {
  const { i18n } = input
  const readings = readingsOf(input, ['street_segment'], 'travel_time')
  const show = (value: number): string => i18n.t('mobility.times', { value: i18n.number(round2(value)) })
  const model = valueLayer(input, {
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
        colour: value === null ? input.noData : colourOf(congestionScale, value),
        trust: value === null ? 'none' : reading.trust,
        hint: value === null ? i18n.t('hint.noValue') : show(value),
      },
    ]
  })
  return { ...model, marks: { ...model.marks, points: [], lines } }
}

function bikesLayer(input: LayerInput): LayerModel {
  const { i18n } = input
  const capacityOf = ({ thing }: Reading): number | null => numberAttribute(thing, 'capacity')
  return valueLayer(input, {
    title: i18n.t('mobility.title.bikes'),
    statistic: 'mobility.statistic.bikes',
    unit: '',
    readings: readingsOf(input, ['bike_dock'], 'bikes_available'),
    numberOf: (reading) => {
      const capacity = capacityOf(reading)
      return reading.latest && capacity ? reading.latest.result / capacity : null
    },
    scale: fillScale,
    show: (share) => i18n.percent(share),
    column: i18n.t('mobility.column.bikes'),
    extra: [
      {
        id: 'bikes',
        label: i18n.property('bikes_available'),
        numeric: true,
        cell: ({ latest }) => amount(latest?.result, i18n.integer, i18n.t('none')),
      },
      {
        id: 'capacity',
        label: i18n.t('column.capacity'),
        numeric: true,
        cell: (reading) => amount(capacityOf(reading), i18n.integer, i18n.t('none')),
      },
    ],
    radius: 9,
    shapeOf: () => 'square',
  })
}

function trafficLayer(input: LayerInput): LayerModel {
  const { i18n } = input
  const readings = [
    ...readingsOf(input, ['traffic_counter'], 'vehicle_count'),
    ...readingsOf(input, ['bike_counter'], 'bicycle_count'),
  ]
  return valueLayer(input, {
    title: i18n.t('mobility.title.traffic'),
    statistic: 'mobility.statistic.traffic',
    unit: i18n.t('unit.perHour'),
    readings,
    numberOf: perHour,
    scale: quantileScale(spreadOf(input, readings, perHour), 'traffic'),
    show: i18n.integer,
    column: i18n.t('mobility.column.traffic'),
    extra: [kindColumn(input)],
    shapeOf: ({ thing }) => (thing.properties.kind === 'bike_counter' ? 'diamond' : 'dot'),
    notes: [i18n.t('energy.note.classes')],
  })
}

const round2 = (value: number): number => Math.round(value * 100) / 100
