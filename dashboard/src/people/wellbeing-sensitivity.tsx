import { useQuery } from '@tanstack/react-query'
import type { WellbeingResponse } from '#model/api/wellbeing.ts'
import { zonesQuery } from '../http/queries.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { intervalColumns } from '../ui/table/file-columns.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { score } from './score.ts'

type Sensitivity = NonNullable<WellbeingResponse['sensitivity']>
type Effect = Sensitivity['effects'][number]
type Rank = NonNullable<Sensitivity['ranks']>['zones'][number]

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
  const title = i18n.t('wellbeing.effects')
  return (
    <Table<Effect>
      caption={title}
      rows={effects.toSorted((a, b) => b.total - a.total)}
      columns={effectColumns(ranks, i18n)}
      rowKey={({ input }) => input}
      className="mini"
      fileName={title}
    />
  )
}

export function effectColumns(ranks: Sensitivity['ranks'], i18n: Formatters): TableColumn<Effect>[] {
  const ofRanks = new Map(ranks?.effects.map((one) => [one.input, one.total]))
  const share = (id: 'first' | 'total' | 'ranks', value: (effect: Effect) => number): TableColumn<Effect> => ({
    ...{ id, label: i18n.t(`wellbeing.effects.${id}`), numeric: true, value },
    cell: (effect) => i18n.percent(value(effect), 0),
  })
  return [
    { id: 'input', label: i18n.t('wellbeing.effects.input'), value: ({ input }) => inputName(input, i18n) },
    share('first', ({ first }) => first),
    share('total', ({ total }) => total),
    ...(ranks ? [share('ranks', ({ input }) => ofRanks.get(input) ?? 0)] : []),
  ]
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
  return (
    <>
      <p className="note">{t('wellbeing.ranks.lead', { shift: i18n.decimal(ranks.meanShift, 1) })}</p>
      <Table<Rank>
        caption={t('wellbeing.ranks')}
        rows={ranks.zones}
        columns={rankColumns(named, i18n)}
        rowKey={({ zone }) => zone}
        className="mini"
        fileName={t('wellbeing.ranks')}
      />
    </>
  )
}

export function rankColumns(named: (zone: string) => string, i18n: Formatters): TableColumn<Rank>[] {
  const { t, decimal } = i18n
  const show = (value: number): string => decimal(value, Number.isInteger(value) ? 0 : 1)
  return [
    { id: 'zone', label: t('divides.by.zone'), value: ({ zone }) => named(zone) },
    {
      ...{ id: 'rank', label: t('wellbeing.ranks.rank'), numeric: true, value: ({ rank }) => rank },
      cell: ({ rank }) => show(rank),
    },
    ...intervalColumns<Rank>(
      {
        ...{ id: 'range', label: t('wellbeing.ranks.range'), show },
        bounds: ({ p5, p95 }) => ({ lower: p5, upper: p95 }),
      },
      i18n,
    ),
    {
      ...{ id: 'shift', label: t('wellbeing.ranks.shift'), numeric: true, value: ({ meanShift }) => meanShift },
      cell: ({ meanShift }) => decimal(meanShift, 1),
    },
  ]
}
