import { Button } from 'react-aria-components'
import { type Formatters, useI18n } from '../../i18n/formatters.ts'
import { Table } from '../../ui/table/table.tsx'
import type { TableColumn } from '../../ui/table/table-model.ts'
import type { RibbonItem } from './ribbon-items.ts'
import './time-ribbon.css'

type RibbonTableProps = { readonly items: readonly RibbonItem[]; readonly onSeek: (time: number) => void }

/** The ribbon as a table: the same events, and the way to their time for the keyboard. */
export function RibbonTable({ items, onSeek }: RibbonTableProps) {
  const i18n = useI18n()
  const { t } = i18n
  if (items.length === 0) return <p className="note">{t('ribbon.none')}</p>
  return (
    <Table<RibbonItem>
      caption={t('ribbon.list', { n: items.length })}
      rows={items}
      columns={ribbonColumns(onSeek, i18n)}
      rowKey={({ id }) => id}
      className="mini"
      scroller="ribbon__list"
      fileName={t('ribbon.label')}
    />
  )
}

export function ribbonColumns(
  onSeek: RibbonTableProps['onSeek'],
  { t, dateTime }: Formatters,
): TableColumn<RibbonItem>[] {
  const severityOf = ({ severity }: RibbonItem) => (severity === null ? null : t(`now.severity.${severity}`))
  return [
    {
      ...{ id: 'what', label: t('ribbon.what') },
      value: ({ kind, name }) => `${t(`ribbon.kind.${kind}`)} ${name}`.trim(),
      cell: ({ kind, name }) => (
        <>
          {t(`ribbon.kind.${kind}`)} <bdi>{name}</bdi>
        </>
      ),
    },
    {
      ...{ id: 'start', label: t('ribbon.start'), value: ({ start }) => new Date(start).toISOString() },
      cell: ({ start }) => (
        <Button className="link" onPress={() => onSeek(start)}>
          {dateTime(start)}
        </Button>
      ),
    },
    {
      ...{ id: 'end', label: t('ribbon.end') },
      value: ({ end }) => (end === null ? null : new Date(end).toISOString()),
      cell: ({ end }) => (end === null ? t('ribbon.lasts') : dateTime(end)),
    },
    {
      ...{ id: 'severity', label: t('ribbon.severity'), value: severityOf },
      cell: (item) => severityOf(item) ?? t('none'),
    },
  ]
}
