import type { BriefChange, BriefResponse } from '#model/api/brief.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Method } from '../ui/method.tsx'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { ViewLink } from '../ui/view-link.tsx'
import { difference, indicatorName } from './speaker.ts'
import '../ui/table/lined-table.css'
import './brief.css'

/** With fewer significant changes than these, those of unknown uncertainty are shown at once. */
const FEW = 5

/** Improvements and declines that are significant, and the changes about which nothing is known. */
export function ChangesSection({ brief }: { brief: BriefResponse }) {
  const { t, integer } = useI18n()
  const { improvements, declines, undetermined, tested, notDistinguishable, incomparable } = brief.changes
  return (
    <>
      <div className="brief__columns">
        <Changes id="improvements" changes={improvements} brief={brief} />
        <Changes id="declines" changes={declines} brief={brief} />
      </div>
      <p className="note">
        {t('brief.tested', {
          tested: integer(tested),
          open: integer(notDistinguishable),
          missing: integer(incomparable.missing_before + incomparable.missing_now),
          partial: integer(incomparable.partial),
          same: integer(incomparable.same_source),
        })}
      </p>
      <Method>{t('method.together')}</Method>
      {undetermined.length > 0 && (
        <details className="brief__more" open={improvements.length + declines.length < FEW}>
          <summary>{t('brief.undetermined')}</summary>
          <p className="note">{t('brief.undetermined.lead')}</p>
          <ChangeTable caption={t('brief.undetermined')} changes={undetermined} brief={brief} />
        </details>
      )}
    </>
  )
}

type ListProps = { readonly changes: readonly BriefChange[]; readonly brief: BriefResponse }

function Changes({ id, ...list }: ListProps & { id: 'improvements' | 'declines' }) {
  const { t } = useI18n()
  return (
    <section className="brief__section" aria-labelledby={`brief-${id}`}>
      <h2 id={`brief-${id}`}>{t(`brief.${id}`)}</h2>
      {list.changes.length === 0 ? (
        <p>{t(`brief.${id}.none`)}</p>
      ) : (
        <ChangeTable caption={t(`brief.${id}`)} {...list} />
      )}
    </section>
  )
}

function ChangeTable({ caption, changes, brief }: ListProps & { caption: string }) {
  const i18n = useI18n()
  return (
    <Table<BriefChange>
      caption={i18n.t('panel.table.of', { title: caption })}
      columns={columnsOf(i18n, brief)}
      rows={changes}
      rowKey={({ code, dataPoint }) => `${code} ${dataPoint}`}
      className="lined-table brief-table"
      scroller="brief__scroll"
      fileName={caption}
    />
  )
}

function columnsOf(i18n: Formatters, { period, before }: BriefResponse): readonly TableColumn<BriefChange>[] {
  const { t, quantity, unit } = i18n
  return [
    {
      ...{ id: 'indicator', label: t('indicators.column.indicator'), value: (one) => indicatorName(one, i18n) },
      cell: (one) => (
        <ViewLink to={{ view: 'indicators', period: period.label, select: { type: 'indicator', key: one.code } }}>
          {indicatorName(one, i18n)}
        </ViewLink>
      ),
    },
    { id: 'code', label: t('indicators.column.code'), fileOnly: true, value: ({ code }) => code },
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: (one) => unit(one.unit) },
    {
      ...{ id: 'before', label: before, numeric: true, value: (one) => one.before },
      cell: (one) => quantity(one.before, one.unit),
    },
    {
      ...{ id: 'now', label: period.label, numeric: true, value: (one) => one.now },
      cell: (one) => quantity(one.now, one.unit),
    },
    {
      ...{ id: 'change', label: t('brief.column.change'), value: (one) => one.change },
      cell: (one) => changeText(one, i18n),
    },
    {
      ...{ id: 'lower', label: t('indicators.column.lower'), fileOnly: true },
      value: ({ interval }) => interval?.[0] ?? null,
    },
    {
      ...{ id: 'upper', label: t('indicators.column.upper'), fileOnly: true },
      value: ({ interval }) => interval?.[1] ?? null,
    },
    { id: 'p', label: t('brief.column.p'), fileOnly: true, value: ({ adjustedP }) => adjustedP },
  ]
}

function changeText({ change, interval, unit }: BriefChange, i18n: Formatters): string {
  const signed = (value: number): string => `${value > 0 ? '+' : ''}${i18n.number(value)}`
  const sign = change > 0 ? '+' : ''
  const text = `${sign}${difference(change, unit, i18n)}`
  if (!interval) return text
  return i18n.t('brief.cell.change', { change: text, low: signed(interval[0]), high: signed(interval[1]) })
}
