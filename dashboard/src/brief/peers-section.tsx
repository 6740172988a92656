import type { BriefResponse } from '#model/api/brief.ts'
import { apiPath } from '../http/client.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { ViewLink } from '../ui/view-link.tsx'
import { indicatorName } from './speaker.ts'
import '../ui/table/lined-table.css'
import './brief.css'

type Row = BriefResponse['peers'][number]

/** The city next to others in the same year; without values of others, what to do about it. */
export function PeersSection({ brief }: { brief: BriefResponse }) {
  const i18n = useI18n()
  const { t } = i18n
  const { peers, period } = brief
  return (
    <section className="brief__section" aria-labelledby="brief-peers">
      <h2 id="brief-peers">{t('brief.peers')}</h2>
      {peers.length > 0 ? (
        <>
          <p className="note">{t('brief.peers.lead')}</p>
          <Table<Row>
            caption={t('panel.table.of', { title: t('brief.peers') })}
            columns={columnsOf(i18n)}
            rows={peers}
            rowKey={({ code, dataPoint }) => `${code} ${dataPoint}`}
            className="lined-table brief-table"
            scroller="brief__scroll"
            fileName={t('brief.peers')}
          />
        </>
      ) : (
        <>
          <p>{t('brief.peers.none')}</p>
          <a
            className="brief__screen"
            href={apiPath('/indicators/export', { period: period.label, format: 'csv' })}
            download
          >
            {t('brief.peers.next')}
          </a>
        </>
      )}
    </section>
  )
}

function columnsOf(i18n: Formatters): readonly TableColumn<Row>[] {
  const { t, quantity, integer, unit } = i18n
  const all = ({ peers }: Row): string =>
    peers
      .toSorted((a, b) => b.value - a.value)
      .map(({ city, value }) => t('brief.peers.one', { city, value: i18n.number(value) }))
      .join('; ')
  return [
    {
      ...{ id: 'indicator', label: t('indicators.column.indicator'), value: (row) => indicatorName(row, i18n) },
      cell: (row) => (
        <ViewLink to={{ view: 'indicators', period: row.period, select: { type: 'indicator', key: row.code } }}>
          {indicatorName(row, i18n)}
        </ViewLink>
      ),
    },
    { id: 'code', label: t('indicators.column.code'), fileOnly: true, value: ({ code }) => code },
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: (row) => unit(row.unit) },
    { id: 'year', label: t('brief.peers.year'), value: ({ period }) => period },
    {
      ...{ id: 'value', label: t('indicators.column.value'), numeric: true, value: ({ value }) => value },
      cell: (row) => quantity(row.value, row.unit),
    },
    {
      ...{ id: 'median', label: t('brief.peers.median'), numeric: true, value: ({ median }) => median },
      cell: (row) => quantity(row.median, row.unit),
    },
    {
      ...{ id: 'better', label: t('brief.peers.better'), numeric: true, value: ({ better }) => better },
      cell: ({ better, peers }) =>
        better === null ? t('none') : t('brief.peers.of', { n: integer(better), of: integer(peers.length) }),
    },
    { id: 'all', label: t('brief.peers.cities'), value: all },
  ]
}
