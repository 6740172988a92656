import { useI18n } from '../../i18n/formatters.ts'
import type { Column, Row } from '../../ui/table/table-model.ts'
import type { Legend } from '../layer-model/model.ts'
import { layerOf } from '../layers/index.ts'

const RADIO_COVERAGE = { eyebrow: 'cell.eyebrow', note: 'cell.note' } as const

type CellPanelProps = {
  readonly row: Row
  readonly columns: readonly Column[]
  readonly legend: Legend
  readonly layer: string
}

/** One cell, of radio coverage or of voices: its row of the table, in full. */
export function CellPanel({ row, columns, legend, layer }: CellPanelProps) {
  const { t } = useI18n()
  const { eyebrow, note } = layerOf(layer).cellTexts ?? RADIO_COVERAGE
  return (
    <article>
      <p className="eyebrow">{t(eyebrow)}</p>
      <h2 className="selection__title">{legend.title}</h2>
      <dl className="facts">
        {columns.map(({ id, label }) => (
          <div key={id} className="facts__row">
            <dt>{label}</dt>
            <dd>{row.cells[id]?.text}</dd>
          </div>
        ))}
      </dl>
      <p className="note">{t(note)}</p>
    </article>
  )
}
