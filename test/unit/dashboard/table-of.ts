import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { createIntl } from 'react-intl'
import en from '#dashboard/src/i18n/en.json' with { type: 'json' }
import { createFormatters, FormattersContext } from '#dashboard/src/i18n/formatters.ts'
import { linesOf } from '#dashboard/src/ui/table/lines.ts'
import { Table } from '#dashboard/src/ui/table/table.tsx'
import type { SortValue, TableColumn } from '#dashboard/src/ui/table/table-model.ts'

export const i18n = createFormatters(createIntl({ locale: 'en', messages: en }), 'Europe/Lisbon')

type Lines = readonly (readonly SortValue[])[]

/** What the page shows of a table, heading first, next to what its file has. */
export function tableOf<R>(columns: readonly TableColumn<R>[], ...rows: R[]): { page: Lines; file: Lines } {
  const table = createElement(Table<R>, {
    ...{ caption: 'Caption', className: 'mini', columns, rows },
    rowKey: (row: R) => String(rows.indexOf(row)),
  })
  const html = renderToStaticMarkup(createElement(FormattersContext.Provider, { value: i18n }, table))
  const page = [...html.matchAll(/<tr.*?<\/tr>/g)].map(([row]) =>
    [...row.matchAll(/<(?:th|td)\b.*?<\/(?:th|td)>/g)].map(([cell]) => textOf(cell)),
  )
  return { page, file: linesOf(columns, rows) }
}

const textOf = (html: string): string =>
  html
    .replaceAll(/<li>|<\/ul>/g, ' ')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&gt;', '>')
    .replaceAll(/[\s\u2066-\u2069]+/g, ' ')
    .trim()
