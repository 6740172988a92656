import { useQuery } from '@tanstack/react-query'
import type { WellbeingResponse } from '#model/api/wellbeing.ts'
import { zonesQuery } from '../http/queries.ts'
import { type Tools, useTools } from '../i18n/tools.ts'
import { score } from './wellbeing-factors.tsx'

type Sensitivity = NonNullable<WellbeingResponse['sensitivity']>

/** How far the index moves with choices nobody can prove right, which of them move it, and which zones change places. */
export function SensitivityPart({ sensitivity }: { sensitivity: Sensitivity }) {
  const tools = useTools()
  const { t } = tools
  const { draws, p5, p95, byNormalisation, effects, ranks } = sensitivity
  return (
    <>
      <p className="note">
        {t('wellbeing.sensitivity', {
          draws: tools.integer(draws),
          p5: score(p5, tools),
          p95: score(p95, tools),
          linear: score(byNormalisation.linear, tools),
          top: score(byNormalisation.top_two, tools),
          geometric: score(byNormalisation.geometric, tools),
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
  const tools = useTools()
  const { t } = tools
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
            <th scope="row">{inputName(input, tools)}</th>
            <td className="numeric">{tools.percent(first, 0)}</td>
            <td className="numeric">{tools.percent(total, 0)}</td>
            {ranks && <td className="numeric">{tools.percent(ofRanks.get(input)?.total ?? 0, 0)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const DIMENSIONS: readonly string[] = ['influences', 'environment', 'individuals']

function inputName(input: string, { t, name }: Tools): string {
  if (input === 'method') return t('wellbeing.effects.method')
  return name(DIMENSIONS.includes(input) ? 'dimension' : 'factor', input)
}

function RankTable({ ranks }: { ranks: NonNullable<Sensitivity['ranks']> }) {
  const tools = useTools()
  const { t } = tools
  const features = useQuery(zonesQuery).data?.features ?? []
  const nameOf = new Map(features.map(({ properties: { key, name } }) => [key, name]))
  const named = (zone: string): string =>
    zone
      .split('+')
      .map((key) => nameOf.get(key) ?? key)
      .join(' + ')
  const rank = (value: number): string => tools.decimal(value, Number.isInteger(value) ? 0 : 1)
  return (
    <>
      <p className="note">{t('wellbeing.ranks.lead', { shift: tools.decimal(ranks.meanShift, 1) })}</p>
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
              <td className="numeric">{tools.decimal(one.meanShift, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
