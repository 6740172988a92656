import type { WellbeingResponse } from '#model/api/wellbeing.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { boundColumns } from '../ui/table/file-columns.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { score, scoreColumns } from './score.ts'
import './styles/people.css'
import './wellbeing.css'

type Dimension = WellbeingResponse['dimensions'][number]
type Factor = Dimension['factors'][number]
type Environment = WellbeingResponse['environment'][number]
type Beside = Environment['indicators'][number]

/** Survey result and measurement for each factor of a dimension, and where the two disagree. */
export function FactorTable({ dimension }: { dimension: Dimension }) {
  const i18n = useI18n()
  const title = i18n.t('wellbeing.table', { name: i18n.name('dimension', dimension.id) })
  return (
    <Table<Factor>
      caption={title}
      rows={dimension.factors}
      columns={factorColumns(i18n)}
      rowKey={({ id }) => id}
      className="mini"
      scroller="people__scroll"
      fileName={title}
    />
  )
}

export function factorColumns(i18n: Formatters): TableColumn<Factor>[] {
  const { t, name } = i18n
  const perceived = t('wellbeing.column.perceived')
  const of = (factor: Factor) => factor.score
  const disagreementOf = ({ disagreement }: Factor) => disagreement && t(`wellbeing.${disagreement}`)
  return [
    { id: 'factor', label: t('wellbeing.column.factor'), value: ({ id }) => name('factor', id) },
    ...scoreColumns<Factor>(
      {
        ...{ id: 'perceived', label: perceived, of },
        show: ({ value, lower, upper }) =>
          t('wellbeing.cell', {
            value: score(value, i18n),
            lower: score(lower ?? 0, i18n),
            upper: score(upper ?? 0, i18n),
          }),
      },
      i18n,
    ),
    ...boundColumns<Factor>({ id: 'perceived', name: perceived, bounds: of }, i18n),
    {
      ...{ id: 'measured', label: t('wellbeing.column.measured'), value: ({ beside }) => measuredText(beside, i18n) },
      cell: (factor) => (
        <>
          {factor.beside.length === 0 ? t('none') : <MeasuredList values={factor.beside} />}
          {factor.disagreement && <p className="wellbeing__disagreement">{disagreementOf(factor)}</p>}
        </>
      ),
    },
    {
      ...{ id: 'disagreement', label: t('wellbeing.column.disagreement'), fileOnly: true },
      value: disagreementOf,
    },
  ]
}

/** The measurements of the environment, next to the index. */
export function EnvironmentTable({ environment }: Pick<WellbeingResponse, 'environment'>) {
  const i18n = useI18n()
  const title = i18n.t('wellbeing.environment')
  return (
    <Table<Environment>
      caption={title}
      rows={environment}
      columns={environmentColumns(i18n)}
      rowKey={({ id }) => id}
      className="mini"
      fileName={title}
    />
  )
}

export const environmentColumns = (i18n: Formatters): TableColumn<Environment>[] => [
  {
    ...{ id: 'factor', label: i18n.t('wellbeing.column.factor') },
    value: ({ id }) => i18n.name('environment', id),
  },
  {
    ...{ id: 'measured', label: i18n.t('wellbeing.column.measured') },
    value: ({ indicators }) => measuredText(indicators, i18n),
    cell: ({ indicators }) => <MeasuredList values={indicators} />,
  },
]

function MeasuredList({ values }: { values: readonly Beside[] }) {
  const i18n = useI18n()
  return (
    <ul>
      {values.map((one) => (
        <li key={`${one.code}/${one.dataPoint}`}>{besideText(one, (value) => i18n.quantity(value, one.unit), i18n)}</li>
      ))}
    </ul>
  )
}

/** In one cell of the file, with the numbers in full precision. */
const measuredText = (values: readonly Beside[], i18n: Formatters): string | null =>
  values.length === 0
    ? null
    : values.map((one) => besideText(one, (value) => `${value} ${i18n.unit(one.unit)}`.trim(), i18n)).join('; ')

function besideText(one: Beside, show: (value: number) => string, { t, name }: Formatters): string {
  const title = one.dataPoint === '' ? one.indicator : `${one.indicator}, ${one.name}`
  const value = one.value === null ? t('wellbeing.noValue') : show(one.value)
  return `${title}: ${value}${one.origin ? ` (${name('origin', one.origin)})` : ''}`
}
