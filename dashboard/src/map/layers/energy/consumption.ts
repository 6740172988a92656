import type { ZoneValuesResponse } from '#model/api/indicators.ts'
import { quantileScale } from '../../colours/scales.ts'
import type { LayerInput, LayerModel } from '../../layer-model/model.ts'
import { zoneModel } from '../../layer-model/zone-model.ts'

/** Electricity drawn per inhabitant and year, zone by zone: the indicator on the map. */
export function consumptionModel(input: LayerInput, values: ZoneValuesResponse, window: string): LayerModel {
  const { i18n } = input
  const known = values.zones.flatMap(({ value }) => (value === null ? [] : [value]))
  return zoneModel(input, {
    title: i18n.t('energy.title.zones'),
    statistic: i18n.t('energy.statistic.zones', { code: values.code }),
    window,
    unit: i18n.name('unit', values.unit),
    scale: quantileScale(known, 'energy'),
    show: i18n.number,
    column: i18n.t('energy.column.zones'),
    numberOf: (zone) => {
      const found = values.zones.find((entry) => entry.zone === zone.key)
      const why = found?.missing ?? i18n.t('hint.noValue')
      return { value: found?.value ?? null, why, n: found?.n ?? null, capture: found?.dataCapture ?? null }
    },
    notes: [i18n.t('energy.note.classes')],
  })
}

/** The indicator "Electricity Consumption": found by what it is, since documents number it differently. */
export const electricityCode = (
  indicators: readonly { code: string; name: string; unit: string }[] | undefined,
): string | undefined =>
  indicators?.find(
    ({ name, unit }) => /electricity.*consumption|consumption.*electricity/i.test(name) && /kwh/i.test(unit),
  )?.code ?? indicators?.find(({ name }) => /electricity consumption/i.test(name))?.code
