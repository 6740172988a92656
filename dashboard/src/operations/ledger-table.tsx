import type { LedgerResponse } from '#model/api/ingest.ts'
import { useI18n } from '../i18n/formatters.ts'
import './grid.css'
import './ledger-table.css'

const COUNTS = ['received', 'stored', 'duplicate', 'rejected', 'inFlight'] as const
const OBSERVATIONS = [
  'observationsStored',
  'observationsDuplicate',
  'observationsConflict',
  'observationsRejected',
] as const
type Counts = LedgerResponse['total']

/** received = stored + duplicate + rejected + in flight, source by source. */
export function LedgerTable({ ledger }: { ledger: LedgerResponse }) {
  const { t, time } = useI18n()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="scroller" tabIndex={0} aria-label={t('ledger.table')}>
      <table className="grid">
        <caption className="hidden">{t('ledger.title')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('ledger.source')}</th>
            {COUNTS.map((name) => (
              <th key={name} scope="col" className="numeric">
                {t(`ledger.${name}`)}
              </th>
            ))}
            <th scope="col">{t('ledger.balance')}</th>
            {OBSERVATIONS.map((name) => (
              <th key={name} scope="col" className="numeric">
                {t(`ledger.${name}`)}
              </th>
            ))}
            <th scope="col" className="numeric">
              {t('ledger.updated')}
            </th>
          </tr>
        </thead>
        <tbody>
          {ledger.sources.map((source) => (
            <LedgerRow key={source.source} name={source.source} counts={source} updated={time(source.updatedAt)} />
          ))}
        </tbody>
        <tfoot>
          <LedgerRow name={t('ledger.total')} counts={ledger.total} updated="" />
        </tfoot>
      </table>
    </section>
  )
}

function LedgerRow({ name, counts, updated }: { name: string; counts: Counts; updated: string }) {
  const { t, integer } = useI18n()
  const difference = counts.received - counts.stored - counts.duplicate - counts.rejected - counts.inFlight
  return (
    <tr>
      <th scope="row">{name}</th>
      {COUNTS.map((column) => (
        <td key={column} className="numeric">
          {integer(counts[column])}
        </td>
      ))}
      <td className={counts.balanced ? 'balance' : 'balance balance--off'}>
        {counts.balanced ? t('ledger.balanced') : t('ledger.off', { difference: integer(difference) })}
      </td>
      {OBSERVATIONS.map((column) => (
        <td key={column} className="numeric">
          {integer(counts[column])}
        </td>
      ))}
      <td className="numeric">{updated}</td>
    </tr>
  )
}
