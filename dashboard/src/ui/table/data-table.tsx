import { useEffect, useMemo, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import { Icon } from '../icon.tsx'
import { csvLines, toCsv } from './csv.ts'
import { download } from './download.ts'
import { MetadataButton } from './file-buttons.tsx'
import { moveBetweenRows } from './move-focus.ts'
import { nextOrder, type Order, sortRows } from './sort.ts'
import { TableHead } from './table.tsx'
import type { Column, Row } from './table-model.ts'
import './data-table.css'
import './table.css'

const PAGE = 100

export type DataTableProps = {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  readonly selected: string | null
  readonly onSelect: (id: string) => void
  readonly fileName: string
}

/**
 * The table of a map layer, page by page, with the selection of the map. Plain HTML: screen readers have their own keys
 * for it; everyone else moves between the rows with the arrow keys, and Enter selects.
 */
export function DataTable({ caption, columns, rows, selected, onSelect, fileName }: DataTableProps) {
  const { t, locale, integer } = useI18n()
  const [order, setOrder] = useState<Order | null>(null)
  const [page, setPage] = useState(0)
  const body = useRef<HTMLTableSectionElement>(null)
  const sorted = useMemo(() => (order ? sortRows(rows, order, locale) : rows), [rows, order, locale])
  const pages = Math.max(1, Math.ceil(sorted.length / PAGE))
  const current = Math.min(page, pages - 1)
  const shown = sorted.slice(current * PAGE, (current + 1) * PAGE)

  // a selection made on the map comes into view here
  const at = selected ? sorted.findIndex(({ id }) => id === selected) : -1
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new selection moves the table, not new values
  useEffect(() => {
    if (at < 0) return
    setPage(Math.floor(at / PAGE))
    const row = body.current?.querySelector('[aria-current="true"]')
    row?.closest('tr')?.scrollIntoView({ block: 'nearest' })
  }, [selected])

  // every column of a map layer can be sorted
  const headings = columns.map((column) => ({ ...column, value: column.id }))
  const sortBy = (column: Column): void => {
    setOrder(nextOrder(order, column))
    setPage(0)
  }

  return (
    <section className="table" aria-label={t('panel.table')}>
      <div className="table__head">
        <h2 className="table__caption">{caption}</h2>
        <p className="table__count">{t('table.rows', { n: integer(sorted.length) })}</p>
        <Button className="button" onPress={() => download(fileName, toCsv(columns, sorted))}>
          <Icon name="download" />
          {t('table.csv')}
        </Button>
        <MetadataButton name={fileName} title={caption} className="button" lines={() => csvLines(columns, sorted)} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table__scroll" tabIndex={0} aria-label={caption}>
        <table className="sortable" onKeyDown={moveBetweenRows}>
          <caption className="hidden">{caption}</caption>
          <TableHead columns={headings} order={order} onSort={sortBy} />
          <tbody ref={body}>
            {shown.map((row) => (
              <TableRow key={row.key} row={row} columns={columns} selected={row.id === selected} onSelect={onSelect} />
            ))}
          </tbody>
        </table>
      </section>
      {pages > 1 && (
        <div className="table__pages">
          <Button
            className="button button--icon"
            aria-label={t('table.previous')}
            isDisabled={current === 0}
            onPress={() => setPage(current - 1)}
          >
            <Icon name="back" />
          </Button>
          <span role="status">
            {t('table.page', {
              from: integer(current * PAGE + 1),
              to: integer(Math.min(sorted.length, (current + 1) * PAGE)),
              of: integer(sorted.length),
            })}
          </span>
          <Button
            className="button button--icon"
            aria-label={t('table.next')}
            isDisabled={current === pages - 1}
            onPress={() => setPage(current + 1)}
          >
            <Icon name="next" />
          </Button>
        </div>
      )}
    </section>
  )
}

type RowProps = { row: Row; columns: readonly Column[]; selected: boolean; onSelect: (id: string) => void }

function TableRow({ row, columns, selected, onSelect }: RowProps) {
  const { id } = row
  const [first, ...others] = columns
  return (
    <tr className={selected ? 'selected' : undefined}>
      {first && (
        <th scope="row">
          {id ? (
            <button
              type="button"
              className="table__row"
              aria-current={selected || undefined}
              onClick={() => onSelect(id)}
            >
              <bdi>{row.cells[first.id]?.text}</bdi>
            </button>
          ) : (
            <bdi>{row.cells[first.id]?.text}</bdi>
          )}
        </th>
      )}
      {others.map((column) => (
        <td key={column.id} className={cellClass(column, row)}>
          <bdi>{row.cells[column.id]?.text}</bdi>
        </td>
      ))}
    </tr>
  )
}

function cellClass(column: Column, row: Row): string | undefined {
  const missing = row.cells[column.id]?.sort === null
  return [column.numeric ? 'numeric' : '', missing ? 'missing' : ''].filter(Boolean).join(' ') || undefined
}
