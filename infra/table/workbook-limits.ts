import { AppError } from '#model/basics/errors.ts'

export type SheetLimits = { readonly maxRows: number; readonly maxColumns: number }

/** The `r` of a row or a cell: `12`, `B12`. Escapes and anything else a spreadsheet never writes are refused. */
const REFERENCE = /\sr\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const WRITTEN = /^([A-Z]{0,3})(\d{1,7})$/

/**
 * Refuses a worksheet that names a cell beyond the limits. A reader makes a grid of everything up to the farthest cell, so
 * two cells in a file of one kilobyte (A1 and XFD1048576) would be seventeen thousand million.
 * @param xml of a worksheet, unpacked
 * @throws AppError QUERY_TOO_LARGE, REQUEST_INVALID
 */
export function refuseFarCells(xml: string, { maxRows, maxColumns }: SheetLimits): void {
  for (const [, double, single] of xml.matchAll(REFERENCE)) {
    const match = WRITTEN.exec(double ?? single ?? '')
    if (!match) throw new AppError('REQUEST_INVALID', 'this is no readable XLSX file: a cell has no valid reference')
    // the heading is a row more
    if (Number(match[2]) > maxRows + 1 || columnOf(match[1] ?? '') > maxColumns)
      throw new AppError(
        'QUERY_TOO_LARGE',
        `a sheet has at most ${maxRows} rows and ${maxColumns} columns; this one names the cell ${match[0]}`,
      )
  }
}

/** A is 1, Z is 26, AA is 27; no letters are 0. */
const columnOf = (letters: string): number =>
  [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0)
