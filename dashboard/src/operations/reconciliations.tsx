import { useQuery } from '@tanstack/react-query'
import { Button } from 'react-aria-components'
import { type ReconciliationResponse, reconciliationResponse } from '#model/api/reconciliation.ts'
import { reconciliationsQuery } from '../http/queries.ts'
import { useChange } from '../http/registry.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { useNow } from '../live/use-live.ts'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { whyColumn } from '../ui/table/file-columns.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import './grid.css'
import './reconciliations.css'

type Reconciliation = ReconciliationResponse['reconciliations'][number]
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A missing comparison of the last night is reported from noon. */
const OVERDUE_MS = 33 * HOUR_MS

/** Raw data compared with aggregates: results of the nightly job, differences, and a button to compare now. */
export function Reconciliations() {
  const i18n = useI18n()
  const { t } = i18n
  const answer = useQuery(reconciliationsQuery)
  const { send, busy, ready, error } = useChange('operate')
  const compare = async (): Promise<void> => {
    const now = Date.now()
    const [from, to] = [now - 8 * DAY_MS, now].map((at) => new Date(at).toISOString())
    await send(reconciliationResponse, 'POST', '/reconciliation', { from, to })
    await answer.refetch()
  }
  const all = answer.data?.reconciliations
  return (
    <section aria-labelledby="reconciliation">
      <h2 id="reconciliation" className="operations__heading">
        {t('reconciliation.title')}
      </h2>
      <p className="note operations__note">{t('reconciliation.lead')}</p>
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {all && <Verdict last={all.find(({ finishedAt, failure }) => finishedAt !== null && failure === null)} />}
      {all && all.length > 0 && (
        <Table<Reconciliation>
          caption={t('reconciliation.table')}
          rows={all}
          columns={reconciliationColumns(i18n)}
          rowKey={({ id }) => String(id)}
          className="grid"
          scroller="scroller"
          fileName={t('reconciliation.table')}
        />
      )}
      <div className="operations__form">
        <MissingPermission to="operate" />
        <Button className="button" isDisabled={!ready} onPress={() => void compare()}>
          {t(busy ? 'reconciliation.busy' : 'reconciliation.now')}
        </Button>
      </div>
      {error && <Problem error={error} />}
    </section>
  )
}

function Verdict({ last }: { last: Reconciliation | undefined }) {
  const { t, integer, age } = useI18n()
  const now = useNow(60_000)
  if (!last?.finishedAt) return <p className="note">{t('reconciliation.none')}</p>
  const finished = Date.parse(last.finishedAt)
  const differing = last.differing ?? 0
  const when = age(finished, Math.max(now, finished))
  return (
    <div role="status">
      <p className={differing > 0 ? 'reconciliation__differs' : undefined}>
        {differing > 0
          ? t('reconciliation.differs', { n: differing, when })
          : t('reconciliation.agrees', { n: integer(last.observations ?? 0), when })}
      </p>
      {now - finished > OVERDUE_MS && <p className="reconciliation__differs">{t('reconciliation.overdue')}</p>}
      {differing > 0 && (
        <ul>
          {(last.differences ?? []).slice(0, 10).map(({ day, datastreamId, raw, hourly, daily }) => (
            <li key={`${day} ${datastreamId}`} className="note">
              {t('reconciliation.difference', {
                ...{ day, id: datastreamId },
                ...{ raw: integer(raw.n), hourly: integer(hourly.n), daily: integer(daily.n) },
              })}
            </li>
          ))}
          {(last.rollupDifferences ?? []).slice(0, 10).map(({ rollup, day, datastreamId, buckets, columns }) => (
            <li key={`${rollup} ${day} ${datastreamId}`} className="note">
              {t('reconciliation.rollup', {
                ...{ rollup, day, id: datastreamId, n: buckets },
                columns: columns.join(', ') || t('none'),
              })}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

export function reconciliationColumns(i18n: Formatters): TableColumn<Reconciliation>[] {
  const { t, dateTime, integer } = i18n
  const known = (value: number | null): string => (value === null ? t('none') : integer(value))
  const unknown = ({ failure, finishedAt }: Reconciliation): string | null => {
    if (failure !== null) return t('reconciliation.failed')
    return finishedAt === null ? t('reconciliation.open') : null
  }
  const number = (id: 'days' | 'compared' | 'observations'): TableColumn<Reconciliation> => ({
    ...{ id, label: t(`reconciliation.${id}`), numeric: true, value: (one) => one[id] },
    cell: (one) => known(one[id]),
  })
  const differing = t('reconciliation.differing')
  return [
    {
      ...{ id: 'started', label: t('reconciliation.started'), value: ({ startedAt }) => startedAt },
      cell: ({ startedAt }) => dateTime(startedAt),
    },
    {
      ...{ id: 'by', label: t('reconciliation.by') },
      value: ({ by }) => (by === 'night' ? t('reconciliation.night') : by),
    },
    ...(['days', 'compared', 'observations'] as const).map(number),
    {
      ...{ id: 'differing', label: differing, numeric: true },
      value: (one) => (unknown(one) === null ? one.differing : null),
      cell: (one) => unknown(one) ?? known(one.differing),
    },
    whyColumn<Reconciliation>({ id: 'differing', name: differing, why: unknown }, i18n),
  ]
}
