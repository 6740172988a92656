import { useI18n } from '../i18n/formatters.ts'
import { ICON_NAMES, Icon } from '../ui/icon.tsx'
import { Problem } from '../ui/problem.tsx'
import { Table } from '../ui/table/table.tsx'
import '../ui/table/lined-table.css'
import type { TableColumn } from '../ui/table/table-model.ts'
import { roundDomain, WhiskerChart } from '../ui/whisker-chart.tsx'
import { Part, Specimen } from './part.tsx'
import './design.css'

export function MessageStates() {
  const { t } = useI18n()
  return (
    <Part title={t('design.messages')}>
      <div className="design__row">
        <Specimen name="badge">
          <span className="badge">{t('shell.simulated')}</span>
        </Specimen>
        <Specimen name="note">
          <span className="note">{t('design.sentence')}</span>
        </Specimen>
        <Specimen name="missing">
          <p className="missing">{t('legend.none')}</p>
        </Specimen>
      </div>
      <Specimen name="Problem">
        <Problem error={new Error(t('design.invalid'))} retry={() => undefined} />
      </Specimen>
    </Part>
  )
}

type Sample = { readonly name: string; readonly value: number; readonly lower: number; readonly upper: number }
/** Invented; the intervals are as uneven as those of small districts. */
const SAMPLES: readonly Sample[] = [
  { name: 'A', value: 62, lower: 54, upper: 70 },
  { name: 'B', value: 71, lower: 66, upper: 76 },
  { name: 'C', value: 48, lower: 31, upper: 65 },
]

export function TableSample() {
  const { t, integer } = useI18n()
  const columns: readonly TableColumn<Sample>[] = [
    { id: 'name', label: t('design.district'), value: ({ name }) => name },
    {
      id: 'value',
      label: t('design.share'),
      numeric: true,
      value: ({ value }) => value,
      cell: ({ value }) => integer(value),
    },
  ]
  return (
    <Part title={t('design.tables')}>
      <Table
        caption={t('design.tables')}
        columns={columns}
        rows={SAMPLES}
        rowKey={({ name }) => name}
        className="lined-table"
      />
    </Part>
  )
}

export function ChartSample() {
  const { t, integer } = useI18n()
  const rows = [
    ...SAMPLES.map((one) => ({ ...one, label: one.name, text: '' })),
    { label: 'D', value: null, lower: null, upper: null, text: t('legend.none') },
  ]
  return (
    <Part title={t('design.charts')}>
      <div className="design__chart">
        <WhiskerChart rows={rows} label={t('design.charts')} domain={roundDomain(rows)} show={integer} />
      </div>
    </Part>
  )
}

export function IconList() {
  const { t } = useI18n()
  return (
    <Part title={t('design.icons')}>
      <div className="design__row">
        {ICON_NAMES.map((name) => (
          <Specimen key={name} name={name}>
            <Icon name={name} />
          </Specimen>
        ))}
      </div>
    </Part>
  )
}
