import type { Formatters } from '../i18n/formatters.ts'
import type { TableColumn } from '../ui/table/table-model.ts'

/** A pollutant with the rule as a note; in the file the rule is a column. */
export const pollutantColumns = <R,>(
  textOf: (row: R) => { readonly pollutant: string; readonly rule: string },
  { t }: Formatters,
): TableColumn<R>[] => [
  {
    ...{ id: 'pollutant', label: t('column.pollutant'), value: (row) => textOf(row).pollutant },
    cell: (row) => (
      <>
        {textOf(row).pollutant} <span className="note">{textOf(row).rule}</span>
      </>
    ),
  },
  { id: 'rule', label: t('limits.column.rule'), fileOnly: true, value: (row) => textOf(row).rule },
]
