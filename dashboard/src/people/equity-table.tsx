import { Button } from 'react-aria-components'
import type { EquityResponse, Exposure } from '#model/api/equity.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import './styles/equity.css'
import './styles/people.css'

type Group = Exposure['groups'][number]
type Props = { data: EquityResponse; chosen: string; onChoose: (id: string) => void }
/** With more groups the columns do not fit; the table then shows the groups of the chosen measure as rows. */
const MAX_COLUMNS = 7

/** Every measure by group, burdens first: the values of the chart. */
export function EquityTable({ data, chosen, onChoose }: Props) {
  const i18n = useI18n()
  const { t } = i18n
  const groups = data.exposures[0]?.groups ?? []
  if (groups.length > MAX_COLUMNS) return <GroupTable exposure={data.exposures.find(({ id }) => id === chosen)} />
  return (
    <Table<Exposure>
      caption={t('equity.table')}
      columns={measureColumns(groups, i18n, { chosen, onChoose })}
      groups={(['burden', 'service'] as const).map((kind) => ({
        key: kind,
        heading: <span className="equity__kind">{t(`equity.kind.${kind}`)}</span>,
        rows: data.exposures.filter((exposure) => exposure.kind === kind),
      }))}
      rowKey={({ id }) => id}
      rowClass={({ id }) => (id === chosen ? 'selected' : undefined)}
      className="mini equity"
      scroller="people__scroll"
      fileName={t('equity.table')}
    />
  )
}

function measureColumns(
  groups: readonly Group[],
  i18n: Formatters,
  { chosen, onChoose }: Omit<Props, 'data'>,
): readonly TableColumn<Exposure>[] {
  const { t, number, decimal, unit } = i18n
  return [
    {
      ...{ id: 'measure', label: t('equity.column.measure'), value: ({ name }) => name },
      cell: (exposure) => (
        <>
          <Button className="link" onPress={() => onChoose(exposure.id)} aria-current={exposure.id === chosen}>
            {exposure.name}
          </Button>{' '}
          <span className="equity__unit">{unit(exposure.unit)}</span>
        </>
      ),
    },
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: (exposure) => unit(exposure.unit) },
    {
      ...{ id: 'everybody', label: t('equity.column.everybody'), numeric: true, value: ({ everybody }) => everybody },
      cell: ({ everybody }) => number(everybody),
    },
    ...groups.map(
      ({ key, label }): TableColumn<Exposure> => ({
        ...{ id: `group ${key}`, label, numeric: true },
        value: (exposure) => groupOf(exposure, key)?.value ?? null,
        cell: (exposure) => cellText(groupOf(exposure, key), i18n),
      }),
    ),
    {
      ...{ id: 'concentration', label: t('equity.column.concentration'), numeric: true },
      value: ({ concentration }) => concentration?.value ?? null,
      cell: ({ concentration }) => (concentration ? decimal(concentration.value, 3) : t('none')),
    },
  ]
}

const groupOf = ({ groups }: Exposure, key: string): Group | undefined => groups.find((group) => group.key === key)

/** A star after a value that differs significantly from the overall mean. */
function cellText(group: Group | undefined, { t, number }: Formatters): string {
  if (!group || group.value === null) return t('none')
  return `${number(group.value)}${group.significant ? '*' : ''}`
}

/** One measure, a row for each group. */
function GroupTable({ exposure }: { exposure: Exposure | undefined }) {
  const i18n = useI18n()
  if (!exposure) return null
  return (
    <Table<Group>
      caption={exposure.name}
      columns={groupColumns(exposure, i18n)}
      rows={exposure.groups}
      rowKey={({ key }) => key}
      className="mini"
      scroller="people__scroll"
      fileName={exposure.name}
    />
  )
}

function groupColumns({ unit }: Exposure, { t, quantity, number, percent, ...i18n }: Formatters): TableColumn<Group>[] {
  return [
    { id: 'group', label: t('divides.column.group'), value: ({ label }) => label },
    {
      ...{ id: 'value', label: t('equity.column.value'), numeric: true, value: ({ value }) => value },
      cell: ({ value }) => (value === null ? t('equity.none') : quantity(value, unit)),
    },
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: () => i18n.unit(unit) },
    {
      ...{ id: 'gap', label: t('equity.column.gap'), numeric: true, value: ({ gap }) => gap?.value ?? null },
      cell: ({ gap }) => (gap ? number(gap.value) : t('none')),
    },
    {
      ...{ id: 'share', label: t('equity.column.share'), numeric: true, value: ({ share }) => share },
      cell: ({ share, value }) => (share === null || value === null ? t('none') : percent(share)),
    },
  ]
}
