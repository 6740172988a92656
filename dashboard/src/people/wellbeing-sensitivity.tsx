import { useQuery } from '@tanstack/react-query'
import type { WellbeingResponse } from '#model/api/wellbeing.ts'
import { zonesQuery } from '../http/queries.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { score } from './wellbeing-factors.tsx'

type Sensitivity = NonNullable<WellbeingResponse['sensitivity']>

/** Sensitivity of the index to methodological choices: its range, the most influential choices, and changes in zone ranks. */
export function SensitivityPart({ sensitivity }: { sensitivity: Sensitivity }) {
  const i18n = useI18n()
  const { t } = i18n
  const { draws, p5, p95, byNormalisation, effects, ranks } = sensitivity
  return (
    <>
      <p className="note">
        {t('wellbeing.sensitivity', {
          draws: i18n.integer(draws),
          p5: score(p5, i18n),
          p95: score(p95, i18n),
          linear: score(byNormalisation.linear, i18n),
          top: score(byNormalisation.top_two, i18n),
          geometric: score(byNormalisation.geometric, i18n),
        })}
      </p>
      <details>
        <summary>{t('wellbeing.sensitivity.more')}</summary>
        <p className="note">{t('wellbeing.effects.lead')}</p>
        <EffectTable effects={effects} ranks={ranks} />
        {ranks && <RankTable ranks={ranks} />}
      </details>
    </>
  )
}

function EffectTable({ effects, ranks }: Pick<Sensitivity, 'effects' | 'ranks'>) {
  const i18n = useI18n()
  const { t } = i18n
  const ofRanks = new Map(ranks?.effects.map((one) => [one.input, one]))
  const byTotal = effects.toSorted((a, b) => b.total - a.total)
  return (
    <table className="mini">
      <caption className="hidden">{t('wellbeing.effects')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('wellbeing.effects.input')}</th>
          <th scope="col" className="numeric">
            {t('wellbeing.effects.first')}
          </th>
          <th scope="col" className="numeric">
            {t('wellbeing.effects.total')}
          </th>
          {ranks && (
            <th scope="col" className="numeric">
              {t('wellbeing.effects.ranks')}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {byTotal.map(({ input, first, total }) => (
          <tr key={input}>
            <th scope="row">{inputName(input, i18n)}</th>
            <td className="numeric">{i18n.percent(first, 0)}</td>
            <td className="numeric">{i18n.percent(total, 0)}</td>
            {ranks && <td className="numeric">{i18n.percent(ofRanks.get(input)?.total ?? 0, 0)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const DIMENSIONS: readonly string[] = ['influences', 'environment', 'individuals']

function inputName(input: string, { t, name }: Formatters): string {
  if (input === 'method') return t('wellbeing.effects.method')
  return name(DIMENSIONS.includes(input) ? 'dimension' : 'factor', input)
}

function RankTable({ ranks }: { ranks: NonNullable<Sensitivity['ranks']> }) {
  const i18n = useI18n()
  const { t } = i18n
  const features = useQuery(zonesQuery).data?.features ?? []
  const nameOf = new Map(features.map(({ properties: { key, name } }) => [key, name]))
  const named = (zone: string): string =>
    zone
      .split('+')
      .map((key) => nameOf.get(key) ?? key)
      .join(' + ')
  const rank = (value: number): string => i18n.decimal(value, Number.isInteger(value) ? 0 : 1)
  return (
    <>
      <p className="note">{t('wellbeing.ranks.lead', { shift: i18n.decimal(ranks.meanShift, 1) })}</p>
      <table className="mini">
        <caption className="hidden">{t('wellbeing.ranks')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('divides.by.zone')}</th>
            {(['rank', 'range', 'shift'] as const).map((column) => (
              <th key={column} scope="col" className="numeric">
                {t(`wellbeing.ranks.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ranks.zones.map((one) => (
            <tr key={one.zone}>
              <th scope="row">{named(one.zone)}</th>
              <td className="numeric">{rank(one.rank)}</td>
              <td className="numeric">{t('range', { from: rank(one.p5), to: rank(one.p95) })}</td>
              <td className="numeric">{i18n.decimal(one.meanShift, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
