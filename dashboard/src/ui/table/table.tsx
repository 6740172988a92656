import { type ReactNode, useState } from 'react'
import { useI18n } from '../../i18n/formatters.ts'
import { FileButtons } from './file-buttons.tsx'
import { linesOf } from './lines.ts'
import { moveBetweenRows } from './move-focus.ts'
import { nextOrder, type Order, sortBy } from './sort.ts'
import type { TableColumn, TableGroup } from './table-model.ts'
import './table.css'

type TableProps<R> = {
  readonly caption: string
  /** of a caption that is to be seen; without one it is only read aloud */
  readonly captionClass?: string
  readonly columns: readonly TableColumn<R>[]
  readonly rowKey: (row: R) => string
  readonly className: string
  /** class of the region around a table that may be wider than the page; without one the table does not scroll */
  readonly scroller?: string
  /** the region that scrolls is in one with the same name, so it is no landmark of its own */
  readonly isInNamedRegion?: boolean
  /** more rows are only in the file */
  readonly maxRows?: number | undefined
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
type Grouped<R> = { readonly groups: readonly TableGroup<R>[]; readonly rows?: undefined }
type Plain<R> = { readonly rows: readonly R[]; readonly groups?: undefined }

/**
 * A table with column headings that sort, arrow keys between rows that can be opened, and a CSV file. Plain HTML:
 * screen readers have their own keys for it.
 */
export function Table<R>(props: TableProps<R> & (Grouped<R> | Plain<R>)) {
  const { caption, captionClass = 'hidden', columns, className, scroller, footer, fileName, maxRows } = props
  const { locale } = useI18n()
  const [order, setOrder] = useState<Order | null>(null)
  const sortValueOf = columns.find(({ id }) => id === order?.column)?.value
  const given = props.groups ?? [{ key: 'all', heading: null, rows: props.rows }]
  const groups =
    order && sortValueOf
      ? given.map((group) => ({ ...group, rows: sortBy(group.rows, sortValueOf, order.descending, locale) }))
      : given
  const shown = columns.filter(({ fileOnly }) => !fileOnly)
  const table = (
    <table className={`${className} sortable`} onKeyDown={moveBetweenRows}>
      <caption className={captionClass}>{caption}</caption>
      <TableHead columns={shown} order={order} onSort={(column) => setOrder(nextOrder(order, column))} />
      {groups.map((group) => (
        <GroupBody
          key={group.key}
          {...props}
          columns={shown}
          group={{ ...group, rows: group.rows.slice(0, maxRows) }}
        />
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
        <Scroller className={scroller} label={caption} isLandmark={!props.isInNamedRegion}>
          {table}
        </Scroller>
      )}
    </>
  )
}

type ScrollerProps = {
  readonly className: string
  readonly label: string
  readonly isLandmark: boolean
  readonly children: ReactNode
}

/** A region that scrolls must be reachable by keyboard. */
function Scroller({ className, label, isLandmark, children }: ScrollerProps) {
  const Region = isLandmark ? 'section' : 'div'
  return (
    <Region role={isLandmark ? undefined : 'group'} className={className} tabIndex={0} aria-label={label}>
      {children}
    </Region>
  )
}

type HeadColumn = {
  readonly id: string
  readonly label: string
  readonly isLabelHidden?: boolean
  readonly numeric?: boolean
  readonly value?: unknown
}
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
            <HeadCell key={column.id} column={column} order={order} onSort={() => onSort(column)} />
          ),
        )}
      </tr>
    </thead>
  )
}

type HeadCellProps = { readonly column: HeadColumn; readonly order: Order | null; readonly onSort: () => void }

function HeadCell({ column, order, onSort }: HeadCellProps) {
  const sorted = order?.descending ? 'descending' : 'ascending'
  return (
    <th
      scope="col"
      className={column.numeric ? 'numeric' : undefined}
      aria-sort={order?.column === column.id ? sorted : undefined}
    >
      {column.value ? (
        <button type="button" className="table__sort" onClick={onSort}>
          {column.label}
        </button>
      ) : (
        <span className={column.isLabelHidden ? 'hidden' : undefined}>{column.label}</span>
      )}
    </th>
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
