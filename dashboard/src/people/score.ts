import type { WellbeingScore } from '#model/api/wellbeing.ts'
import type { Formatters } from '../i18n/formatters.ts'
import { whyColumn } from '../ui/table/file-columns.ts'
import type { TableColumn } from '../ui/table/table-model.ts'

/** One decimal. */
export const score = (value: number, i18n: Formatters): string => i18n.number(Math.round(value * 10) / 10)

type ScoreColumn<R> = {
  readonly id: string
  readonly label: string
  readonly of: (row: R) => WellbeingScore
  readonly show: (known: WellbeingScore & { readonly value: number }) => string
}

/** A score, or the reason why there is none, which is a column of its own in the file. */
export function scoreColumns<R>({ id, label, of, show }: ScoreColumn<R>, i18n: Formatters): TableColumn<R>[] {
  const missing = (row: R): string => i18n.name('wellbeing.missing', of(row).missing ?? '')
  return [
    {
      ...{ id, label, value: (row) => of(row).value },
      className: (row) => (of(row).value === null ? 'missing' : undefined),
      cell: (row) => {
        const { value, ...rest } = of(row)
        return value === null ? missing(row) : show({ ...rest, value })
      },
    },
    whyColumn<R>({ id, name: label, why: (row) => (of(row).value === null ? missing(row) : null) }, i18n),
  ]
}
