import type { LedgerResponse } from '#model/api/ingest.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import './grid.css'
import './ledger-table.css'

const COUNTS = ['received', 'stored', 'duplicate', 'rejected', 'inFlight'] as const
const OBSERVATIONS = [
  'observationsStored',
  'observationsDuplicate',
  'observationsConflict',
  'observationsRejected',
] as const
type LedgerRow = LedgerResponse['total'] & { readonly source: string; readonly updatedAt: string | null }

/** received = stored + duplicate + rejected + in flight, source by source. */
export function LedgerTable({ ledger }: { ledger: LedgerResponse }) {
  const i18n = useI18n()
  const { t } = i18n
  return (
    <Table<LedgerRow>
      caption={t('ledger.table')}
      columns={columnsOf(i18n)}
      rows={ledger.sources}
      footer={{ ...ledger.total, source: t('ledger.total'), updatedAt: null }}
      rowKey={({ source }) => source}
      className="grid"
      scroller="scroller"
      fileName={t('ledger.title')}
    />
  )
}

function columnsOf({ t, integer, time }: Formatters): readonly TableColumn<LedgerRow>[] {
  const count = (id: (typeof COUNTS)[number] | (typeof OBSERVATIONS)[number]): TableColumn<LedgerRow> => ({
    ...{ id, label: t(`ledger.${id}`), numeric: true },
    value: (row) => row[id],
    cell: (row) => integer(row[id]),
  })
  return [
    { id: 'source', label: t('ledger.source'), value: ({ source }) => source },
    ...COUNTS.map(count),
    {
      ...{ id: 'balance', label: t('ledger.balance'), value: differenceOf },
      cell: (row) =>
        row.balanced ? t('ledger.balanced') : t('ledger.off', { difference: integer(differenceOf(row)) }),
      className: ({ balanced }) => (balanced ? 'balance' : 'balance balance--off'),
    },
    ...OBSERVATIONS.map((id) => ({ ...count(id), fileLabel: t(`ledger.file.${id}`) })),
    {
      ...{ id: 'updated', label: t('ledger.updated'), numeric: true, value: ({ updatedAt }) => updatedAt },
      cell: ({ updatedAt }) => (updatedAt === null ? '' : time(updatedAt)),
    },
  ]
}

const differenceOf = ({ received, stored, duplicate, rejected, inFlight }: LedgerRow): number =>
  received - stored - duplicate - rejected - inFlight
