import { type ReactNode, useState } from 'react'
import { useI18n } from '../../i18n/formatters.ts'
import { FileButtons } from './file-buttons.tsx'
import { moveBetweenRows } from './move-focus.ts'
import { nextOrder, type Order, sortBy } from './sort.ts'
import type { SortValue, TableColumn, TableGroup } from './table-model.ts'
import './table.css'

type TableProps<R> = {
  readonly caption: string
  readonly columns: readonly TableColumn<R>[]
  readonly groups: readonly TableGroup<R>[]
  readonly rowKey: (row: R) => string
  readonly className: string
  /** class of the region around a table that may be wider than the page; without one the table does not scroll */
  readonly scroller?: string
  readonly rowClass?: (row: R, previous: R | undefined) => string | undefined
  readonly groupClass?: string
  /** replaces all cells after the row heading: the reason why there are no values */
  readonly note?: (row: R) => { readonly text: ReactNode; readonly className: string } | null
  readonly footer?: R
  /** class of the heading of a column, repeated before its numbers where the table is stacked on a phone */
  readonly stackedLabel?: string
  /** without a name there is no CSV button */
  readonly fileName?: string
}

/**
 * A table with column headings that sort, arrow keys between rows that can be opened, and a CSV file. Plain HTML:
 * screen readers have their own keys for it.
 */
export function Table<R>(props: TableProps<R>) {
  const { caption, columns, className, scroller, footer, fileName } = props
  const { locale } = useI18n()
  const [order, setOrder] = useState<Order | null>(null)
  const sortValueOf = columns.find(({ id }) => id === order?.column)?.value
  const groups =
    order && sortValueOf
      ? props.groups.map((group) => ({ ...group, rows: sortBy(group.rows, sortValueOf, order.descending, locale) }))
      : props.groups
  const shown = columns.filter(({ fileOnly }) => !fileOnly)
  const table = (
    <table className={`${className} sortable`} onKeyDown={moveBetweenRows}>
      <caption className="hidden">{caption}</caption>
      <TableHead columns={shown} order={order} onSort={(column) => setOrder(nextOrder(order, column))} />
      {groups.map((group) => (
        <GroupBody key={group.key} {...props} columns={shown} group={group} />
      ))}
      {footer !== undefined && (
        <tfoot>
          <TableRow {...props} columns={shown} row={footer} previous={undefined} />
        </tfoot>
      )}
    </table>
  )
  const rows = [...groups.flatMap((group) => group.rows), ...(footer === undefined ? [] : [footer])]
  return (
    <>
      {fileName !== undefined && <FileButtons name={fileName} title={caption} lines={() => linesOf(columns, rows)} />}
      {scroller === undefined ? (
        table
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className={scroller} tabIndex={0} aria-label={caption}>
          {table}
        </section>
      )}
    </>
  )
}

function linesOf<R>(columns: readonly TableColumn<R>[], rows: readonly R[]): SortValue[][] {
  const filed = columns.flatMap(({ label, fileLabel = label, value }) => (value ? [{ label: fileLabel, value }] : []))
  return [filed.map(({ label }) => label), ...rows.map((row) => filed.map(({ value }) => value(row)))]
}

type HeadColumn = { readonly id: string; readonly label: string; readonly numeric?: boolean; readonly value?: unknown }
type TableHeadProps<C> = {
  readonly columns: readonly C[]
  readonly order: Order | null
  readonly onSort: (column: C) => void
}

/** Headings; those of columns with a value are buttons that sort. */
export function TableHead<C extends HeadColumn>({ columns, order, onSort }: TableHeadProps<C>) {
  return (
    <thead>
      <tr>
        {columns.map((column) =>
          column.label === '' ? (
            <td key={column.id} />
          ) : (
            <th
              key={column.id}
              scope="col"
              className={column.numeric ? 'numeric' : undefined}
              aria-sort={order?.column === column.id ? (order.descending ? 'descending' : 'ascending') : undefined}
            >
              {column.value ? (
                <button type="button" className="table__sort" onClick={() => onSort(column)}>
                  {column.label}
                </button>
              ) : (
                column.label
              )}
            </th>
          ),
        )}
      </tr>
    </thead>
  )
}

function GroupBody<R>(props: TableProps<R> & { group: TableGroup<R> }) {
  const { group, columns, groupClass, rowKey } = props
  return (
    <tbody>
      {group.heading !== null && (
        <tr className={groupClass}>
          <th scope="rowgroup" colSpan={columns.length}>
            {group.heading}
          </th>
        </tr>
      )}
      {group.rows.map((row, index) => (
        <TableRow key={rowKey(row)} {...props} row={row} previous={group.rows[index - 1]} />
      ))}
    </tbody>
  )
}

type TableRowProps<R> = TableProps<R> & { row: R; previous: R | undefined }

function TableRow<R>({ columns, row, previous, rowClass, note, stackedLabel }: TableRowProps<R>) {
  const [first, ...others] = columns
  const contentOf = ({ cell, value }: TableColumn<R>): ReactNode => (cell ? cell(row, previous) : value?.(row))
  const reason = note?.(row)
  return (
    <tr className={rowClass?.(row, previous)}>
      {first && <th scope="row">{contentOf(first)}</th>}
      {reason ? (
        <td colSpan={others.length} className={reason.className}>
          {reason.text}
        </td>
      ) : (
        others.map((column) => (
          <td key={column.id} className={classOf(column, row)}>
            {stackedLabel !== undefined && column.numeric && column.label !== '' && (
              <span className={stackedLabel} aria-hidden="true">
                {column.label}{' '}
              </span>
            )}
            {contentOf(column)}
          </td>
        ))
      )}
    </tr>
  )
}

const classOf = <R,>({ numeric, className }: TableColumn<R>, row: R): string | undefined =>
  [numeric ? 'numeric' : '', className?.(row) ?? ''].filter(Boolean).join(' ') || undefined
