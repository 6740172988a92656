import type { DataPointValue } from '#model/indicators/catalogue/schema.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { Band } from './band.tsx'
import { ScoreLine } from './score-summary.tsx'
import type { BoardIndicator, Category, Dimension, SubDimension } from './scoreboard.ts'
import './indicator-table.css'

type Selection = { readonly selected: string | null; readonly onSelect: (code: string) => void }
type BoardRow = { readonly indicator: BoardIndicator; readonly value: BoardIndicator['values'][number] }

/** One dimension: its sub-dimensions, categories and indicators, each score next to its coverage. */
export function IndicatorTable({ dimension, ...selection }: Selection & { dimension: Dimension }) {
  return (
    <section className="dimension" aria-label={dimension.name}>
      <h2 className="dimension__name">{dimension.name}</h2>
      {dimension.subDimensions.map((sub) => (
        <SubDimensionTable key={sub.name} sub={sub} {...selection} />
      ))}
    </section>
  )
}

function SubDimensionTable({ sub, ...selection }: Selection & { sub: SubDimension }) {
  const i18n = useI18n()
  return (
    <div className="sub">
      <div className="sub__head">
        <h3>{sub.name}</h3>
        <ScoreLine group={sub.score} />
      </div>
      <Table<BoardRow>
        caption={sub.name}
        columns={columnsOf(i18n, selection)}
        groups={sub.categories.map(groupOf)}
        rowKey={({ indicator, value }) => `${indicator.code} ${value.dataPoint}`}
        className="board"
        groupClass="board__category"
        rowClass={(row, previous) => rowClass(row, previous, selection.selected)}
        note={({ value }) =>
          value.value === null ? { text: missingText(value, i18n), className: 'board__need' } : null
        }
        fileName={sub.name}
      />
    </div>
  )
}

const groupOf = ({ name, score, indicators }: Category) => ({
  key: name,
  heading: (
    <>
      <span className="board__category-name">{name}</span>
      <ScoreLine group={score} />
    </>
  ),
  rows: indicators.flatMap((indicator) => indicator.values.map((value) => ({ indicator, value }))),
})

/** In other languages than English by its code; the details are in the panel. */
export const missingText = ({ missing, missingCode }: DataPointValue, { t, named }: Formatters): string => {
  const english = missing ?? t('indicators.missing')
  return missingCode ? named('missing', missingCode, english) : english
}

const continues = ({ indicator }: BoardRow, previous: BoardRow | undefined): boolean =>
  previous?.indicator === indicator

const rowClass = (row: BoardRow, previous: BoardRow | undefined, selected: string | null): string =>
  [
    row.indicator.status === 'not_reported' ? 'board__missing' : '',
    row.indicator.code === selected ? 'selected' : '',
    continues(row, previous) ? 'board__part' : '',
  ]
    .filter(Boolean)
    .join(' ')

function columnsOf(i18n: Formatters, selection: Selection): readonly TableColumn<BoardRow>[] {
  const { t, percent, unit } = i18n
  const bound = (id: 'lower' | 'upper', index: 0 | 1): TableColumn<BoardRow> => ({
    ...{ id, label: t(`indicators.column.${id}`), fileOnly: true },
    value: ({ value }) => value.interval?.[index] ?? null,
  })
  return [
    {
      ...{ id: 'indicator', label: t('indicators.column.indicator'), value: nameOf },
      cell: (row, previous) => <NameCell row={row} first={!continues(row, previous)} {...selection} />,
    },
    { id: 'code', label: t('indicators.column.code'), fileOnly: true, value: codeOf },
    {
      ...{ id: 'value', label: t('indicators.column.value'), numeric: true, value: ({ value }) => value.value },
      cell: ({ value }) => <Quantity value={value} />,
    },
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: ({ value }) => unit(value.unit) },
    bound('lower', 0),
    bound('upper', 1),
    {
      ...{ id: 'score', label: t('indicators.column.score'), value: ({ value }) => value.score?.points ?? null },
      cell: ({ value }) =>
        value.score ? <Band points={value.score.points} /> : <span className="note">{t('score.unscored')}</span>,
    },
    {
      ...{ id: 'origin', label: t('indicators.column.origin') },
      value: ({ value }) =>
        originsOf(value)
          .map((origin) => i18n.name('origin', origin))
          .join(', ') || null,
      cell: ({ value }) => <Origins value={value} />,
    },
    {
      ...{ id: 'capture', label: t('column.capture'), numeric: true, value: ({ value }) => value.dataCapture },
      cell: ({ value }) => (value.dataCapture === null ? t('none') : percent(value.dataCapture)),
    },
  ]
}

const nameOf = ({ indicator, value }: BoardRow): string =>
  indicator.values.length > 1 ? `${indicator.name}: ${value.name}` : indicator.name

/** `EC:ICT:ICT:4C/3g` for an indicator with several data points, as in the API. */
const codeOf = ({ indicator, value }: BoardRow): string =>
  value.dataPoint ? `${indicator.code}/${value.dataPoint}` : indicator.code

function NameCell({ row, first, selected, onSelect }: Selection & { row: BoardRow; first: boolean }) {
  const { name } = useI18n()
  const { code, name: title, definition, values } = row.indicator
  return (
    <>
      {first && (
        <button
          type="button"
          className="board__open"
          aria-current={selected === code || undefined}
          onClick={() => onSelect(code)}
        >
          {title}
        </button>
      )}
      {first && <span className="board__code">{definition ? `${code} · ${name('tier', definition.tier)}` : code}</span>}
      {values.length > 1 && <span className="board__point">{row.value.name}</span>}
    </>
  )
}

const originsOf = ({ origin, simulated }: DataPointValue): string[] => [
  ...(origin ? [origin] : []),
  ...(simulated && origin !== 'simulated' ? ['simulated'] : []),
]

function Origins({ value }: { value: DataPointValue }) {
  const { name } = useI18n()
  return originsOf(value).map((origin) => (
    <span key={origin} className={`origin origin--${origin}`}>
      {name('origin', origin)}
    </span>
  ))
}

/** Value, unit, and the interval where there is one. */
export function Quantity({ value }: { value: DataPointValue }) {
  const { t, number, unit } = useI18n()
  if (value.value === null) return <>{t('none')}</>
  return (
    <>
      <span className="quantity">{number(value.value)}</span> <span className="quantity__unit">{unit(value.unit)}</span>
      {value.interval && (
        <span className="quantity__interval">
          {t('range', { from: number(value.interval[0]), to: number(value.interval[1]) })}
        </span>
      )}
    </>
  )
}
