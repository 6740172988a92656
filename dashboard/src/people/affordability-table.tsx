import type { DividesResponse } from '#model/api/people.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { intervalColumns } from '../ui/table/file-columns.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import './styles/people.css'

type Affordability = NonNullable<DividesResponse['affordability']>
type Group = Affordability['groups'][number]

/** The cost of Internet access as a share of income, by group, compared with the affordability limit. */
export function AffordabilityTable({ affordability, unit }: { affordability: Affordability; unit: string }) {
  const i18n = useI18n()
  const title = i18n.t('affordability.title', {
    limit: i18n.percent(affordability.limit, 0),
    income: i18n.integer(affordability.monthlyIncome),
    currency: affordability.currency,
    year: String(affordability.incomeYear),
  })
  return (
    <>
      <h3 className="people__subheading">{title}</h3>
      <Table<Group>
        caption={title}
        rows={affordability.groups}
        columns={affordabilityColumns(unit, i18n)}
        rowKey={({ label }) => label}
        className="mini"
        scroller="people__scroll"
        fileName={title}
      />
    </>
  )
}

export function affordabilityColumns(unit: string, i18n: Formatters): TableColumn<Group>[] {
  const { t } = i18n
  const share = (value: number): string => i18n.percent(value, 1)
  const number = (
    id: 'price' | 'share' | 'n',
    value: (group: Group) => number | null,
    show: (value: number) => string,
  ): TableColumn<Group> => ({
    ...{ id, label: t(`affordability.column.${id}`), numeric: true, value },
    cell: (group) => {
      const found = value(group)
      return found === null ? t('none') : show(found)
    },
  })
  return [
    { id: 'group', label: t('divides.column.group'), value: ({ label }) => label },
    number(
      'price',
      ({ medianPrice }) => medianPrice,
      (price) => i18n.quantity(price, unit),
    ),
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: () => i18n.unit(unit) },
    number('share', (group) => group.share, share),
    ...intervalColumns<Group>(
      { id: 'interval', label: t('affordability.column.interval'), bounds: (group) => group, show: share },
      i18n,
    ),
    number('n', ({ n }) => n, i18n.integer),
    {
      ...{ id: 'verdict', label: t('affordability.column.verdict') },
      value: (group) => t(`affordability.${verdictOf(group)}`),
    },
  ]
}

function verdictOf({ affordable }: Group): 'yes' | 'no' | 'unknown' {
  if (affordable === null) return 'unknown'
  return affordable ? 'yes' : 'no'
}
