import { type ReactNode, useId } from 'react'
import { useI18n } from '../i18n/formatters.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import './notifications.css'

type PartProps = { readonly title: string; readonly action?: ReactNode; readonly children: ReactNode }

/** A part of the section with its heading and what one can do. */
export function Part({ title, action, children }: PartProps) {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <div className="notifications__head">
        <h3 id={id} className="notifications__title">
          {title}
        </h3>
        {action}
      </div>
      {children}
    </section>
  )
}

type RowsProps<R> = {
  readonly caption: string
  readonly columns: readonly TableColumn<R>[]
  readonly rows: readonly R[]
  readonly maxRows?: number
}

/** The table of a part, which has the same name. */
export function Rows<R extends { readonly id: string }>({ caption, columns, rows, maxRows }: RowsProps<R>) {
  return (
    <Table<R>
      caption={caption}
      columns={columns}
      rows={rows}
      maxRows={maxRows}
      rowKey={({ id }) => id}
      className="notifications__table"
      scroller="notifications__scroller"
      isInNamedRegion
      fileName={caption}
    />
  )
}

type ManyProps = {
  readonly label: string
  readonly options: readonly { readonly id: string; readonly label: string }[]
  readonly value: readonly string[]
  readonly onChange: (ids: string[]) => void
}

/** Several of a few. */
export function Many({ label, options, value, onChange }: ManyProps) {
  const toggle = (id: string, on: boolean) =>
    onChange(options.flatMap((option) => ((option.id === id ? on : value.includes(option.id)) ? [option.id] : [])))
  return (
    <fieldset className="notifications__choices">
      <legend className="field__label">{label}</legend>
      {options.map((option) => (
        <label key={option.id} className="notifications__choice">
          <input
            type="checkbox"
            checked={value.includes(option.id)}
            onChange={(event) => toggle(option.id, event.target.checked)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  )
}

type WhenProps = {
  readonly label: string
  readonly type: 'time' | 'datetime-local'
  readonly value: string
  readonly onChange: (value: string) => void
}

/** A time, entered with the control of the browser. */
export function When({ label, type, value, onChange }: WhenProps) {
  return (
    <label className="field">
      <span className="field__label">{label}</span>
      <input
        className="field__input"
        type={type}
        value={value}
        required
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  )
}

/** Weekdays, 1 Monday to 7 Sunday, in the language of the page. */
export function useWeekdays(): { readonly id: string; readonly label: string }[] {
  const { locale } = useI18n()
  const format = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' })
  // 5 January 2026 is a Monday
  return [1, 2, 3, 4, 5, 6, 7].map((day) => ({ id: String(day), label: format.format(Date.UTC(2026, 0, 4 + day)) }))
}
