import { PROPERTIES } from '#model/observation/properties.ts'
import type { Formatters } from '../i18n/formatters.ts'
import type { WhoRow } from './who-rows.ts'

/** The cells of one level as text. */
export type WhoText = {
  readonly pollutant: string
  readonly rule: string
  readonly value: string
  readonly unit: string
  readonly guideline: string
  readonly interim: string
  readonly reached: string
  readonly days: string
  readonly capture: string
}

export function whoText({ place, verdict }: WhoRow, i18n: Formatters): WhoText {
  const { t, name, quantity, number, integer, percent } = i18n
  const { pollutant, dataCapture } = place
  const { rule, value, level, interim, reached, days, daysAbove } = verdict
  const unit = [...PROPERTIES].find(([property]) => property === pollutant)?.[1].unit ?? ''
  const ozone = pollutant === 'o3' ? 'o3_' : ''
  return {
    pollutant: i18n.property(pollutant),
    rule: name('who.rule', `${rule === 'day' ? ozone : ''}${rule}`),
    value: value === null ? t('none') : quantity(value, unit),
    unit: i18n.unit(unit),
    guideline: quantity(level, unit),
    interim: interim.map(number).join(', '),
    reached: reached
      ? name('who.reached', reached)
      : t(value !== null ? 'who.short' : rule === 'peakSeason' ? 'who.noSeason' : 'who.fewDays'),
    days: daysAbove === null ? t('none') : t('who.daysOf', { above: integer(daysAbove), days: integer(days) }),
    capture: percent(dataCapture),
  }
}
