import type { IndicatorsResponse, ZoneValuesResponse } from '#model/api/indicators.ts'
import { quantileScale } from '../../colours/scales.ts'
import type { LayerInput } from '../../layer-model/model.ts'
import type { ZoneMeasure } from '../../layer-model/zone-model.ts'

type Indicator = IndicatorsResponse['indicators'][number]

/** An indicator in each district, as the API computes or reports it, with the reason where a district has none. */
export function indicatorMeasure(input: LayerInput, indicator: Indicator, values: ZoneValuesResponse): ZoneMeasure {
  const { i18n } = input
  const byZone = new Map(values.zones.map((entry) => [entry.zone, entry]))
  const part = indicator.dataPoints.find(({ id }) => id === values.dataPoint)?.name
  return {
    title: values.dataPoint && part ? `${indicator.name}, ${part}` : indicator.name,
    statistic: i18n.t('indicator.statistic', { code: indicator.code }),
    window: i18n.name('period', values.period),
    unit: i18n.unit(values.unit),
    scale: quantileScale(
      values.zones.flatMap(({ value }) => value ?? []),
      'energy',
    ),
    show: i18n.number,
    column: part || indicator.name,
    numberOf: (zone) => {
      const found = byZone.get(zone.key)
      const why = found?.missing ?? i18n.t('hint.noValue')
      return { value: found?.value ?? null, why, n: found?.n ?? null, capture: found?.dataCapture ?? null }
    },
    origin: indicator.ways.includes('measured')
      ? 'measured'
      : indicator.ways[0] === 'surveyed'
        ? 'surveyed'
        : 'reported',
    notes: [i18n.t('energy.note.classes')],
  }
}
