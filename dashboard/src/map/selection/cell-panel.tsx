import { useI18n } from '../../i18n/formatters.ts'
import { useViewState } from '../../state/use-view-state.ts'
import type { Column, Legend, Row } from '../layer-model/model.ts'

/** One cell, of radio coverage or of voices: its row of the table, in full. */
export function CellPanel({ row, columns, legend }: { row: Row; columns: readonly Column[]; legend: Legend }) {
  const { t } = useI18n()
  const [{ layer }] = useViewState()
  const voices = layer === 'voices'
  return (
    <article>
      <p className="eyebrow">{t(voices ? 'voices.cell.eyebrow' : 'cell.eyebrow')}</p>
      <h2 className="selection__title">{legend.title}</h2>
      <dl className="facts">
        {columns.map(({ id, label }) => (
          <div key={id} className="facts__row">
            <dt>{label}</dt>
            <dd>{row.cells[id]?.text}</dd>
          </div>
        ))}
      </dl>
      <p className="note">{t(voices ? 'voices.note.sample' : 'cell.note')}</p>
    </article>
  )
}
