import type { Estimate } from '#model/survey/codebook.ts'
import type { Formatters } from '../i18n/formatters.ts'
import { whyColumn } from '../ui/table/file-columns.ts'
import type { TableColumn } from '../ui/table/table-model.ts'
import { estimateText, nonresponseText } from './estimate-text.ts'

type EstimateColumn<R> = {
  readonly id: string
  readonly label: string
  readonly estimate: (row: R) => Estimate | undefined
  readonly show: (value: number, row: R) => string
  /** in place of a value that is suppressed */
  readonly hidden: (estimate: Estimate) => string
}

/** An estimate; the brackets and stars of the page are a column of the file, and so is the reason of a suppressed one. */
export function estimateColumns<R>(column: EstimateColumn<R>, i18n: Formatters): TableColumn<R>[] {
  const { id, label, estimate, show, hidden } = column
  const { t, name } = i18n
  const suppressed = (row: R): string | null => estimate(row)?.suppressed ?? null
  return [
    {
      ...{ id, label, numeric: true, value: (row) => estimate(row)?.value ?? null },
      cell: (row) => {
        const found = estimate(row)
        if (!found) return t('none')
        return found.value === null ? hidden(found) : estimateText(found, show(found.value, row), i18n)
      },
    },
    {
      ...{ id: `${id}-reliable`, label: t('estimate.reliable', { name: label }), fileOnly: true },
      value: (row) => {
        const reliability = estimate(row)?.reliability ?? null
        return reliability === null ? null : name('reliability', reliability)
      },
    },
    whyColumn<R>(
      {
        ...{ id, name: label },
        why: (row) => {
          const reason = suppressed(row)
          return reason === null ? null : name('suppressed', reason)
        },
      },
      i18n,
    ),
  ]
}

/** Respondents behind an estimate, and the share that did not answer: in the file weighted and of respondents. */
export function responseColumns<R>(
  estimate: (row: R) => Estimate | undefined,
  i18n: Formatters,
): readonly TableColumn<R>[] {
  const { t, integer } = i18n
  return [
    {
      ...{ id: 'n', label: t('divides.column.n'), numeric: true, value: (row) => estimate(row)?.n ?? null },
      cell: (row) => {
        const n = estimate(row)?.n ?? null
        return n === null ? t('none') : integer(n)
      },
    },
    {
      ...{ id: 'nonresponse', label: t('divides.column.nonresponse'), numeric: true },
      value: (row) => estimate(row)?.nonresponseWeighted ?? null,
      cell: (row) => {
        const found = estimate(row)
        return found ? nonresponseText(found, i18n) : t('none')
      },
    },
    {
      ...{ id: 'nonresponse-plain', label: t('divides.column.nonresponsePlain'), fileOnly: true },
      value: (row) => estimate(row)?.nonresponse ?? null,
    },
  ]
}
