import type { Column, Legend, Row } from '../layers/model.ts'
import { useTools } from '../messages/tools.ts'

/** One coverage cell: its row of the table, in full. */
export function CellPanel({ row, columns, legend }: { row: Row; columns: readonly Column[]; legend: Legend }) {
  const { t } = useTools()
  return (
    <article>
      <p className="eyebrow">{t('cell.eyebrow')}</p>
      <h2 className="selection__title">{legend.title}</h2>
      <dl className="facts">
        {columns.map(({ id, label }) => (
          <div key={id} className="facts__row">
            <dt>{label}</dt>
            <dd>{row.cells[id]?.text}</dd>
          </div>
        ))}
      </dl>
      <p className="note">{t('cell.note')}</p>
    </article>
  )
}
