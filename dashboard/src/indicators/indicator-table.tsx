import type { DataPointValue } from '#model/indicators/catalogue/schema.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Band } from './band.tsx'
import { ScoreLine } from './score-summary.tsx'
import type { BoardIndicator, Category, Dimension, SubDimension } from './scoreboard.ts'
import './indicator-table.css'

type Common = { readonly selected: string | null; readonly onSelect: (code: string) => void }

/** One dimension: its sub-dimensions, categories and indicators, each score beside its coverage. */
export function IndicatorTable({ dimension, ...common }: Common & { dimension: Dimension }) {
  return (
    <section className="dimension" aria-label={dimension.name}>
      <h2 className="dimension__name">{dimension.name}</h2>
      {dimension.subDimensions.map((sub) => (
        <SubDimensionTable key={sub.name} sub={sub} {...common} />
      ))}
    </section>
  )
}

function SubDimensionTable({ sub, ...common }: Common & { sub: SubDimension }) {
  const { t } = useI18n()
  return (
    <div className="sub">
      <div className="sub__head">
        <h3>{sub.name}</h3>
        <ScoreLine group={sub.score} />
      </div>
      <table className="board">
        <caption className="hidden">{sub.name}</caption>
        <thead>
          <tr>
            <th scope="col">{t('indicators.column.indicator')}</th>
            <th scope="col" className="numeric">
              {t('indicators.column.value')}
            </th>
            <th scope="col">{t('indicators.column.score')}</th>
            <th scope="col">{t('indicators.column.origin')}</th>
            <th scope="col" className="numeric">
              {t('column.capture')}
            </th>
          </tr>
        </thead>
        {sub.categories.map((category) => (
          <CategoryRows key={category.name} category={category} {...common} />
        ))}
      </table>
    </div>
  )
}

function CategoryRows({ category, ...common }: Common & { category: Category }) {
  return (
    <tbody>
      <tr className="board__category">
        <th scope="rowgroup" colSpan={5}>
          <span className="board__category-name">{category.name}</span>
          <ScoreLine group={category.score} />
        </th>
      </tr>
      {category.indicators.map((indicator) => (
        <IndicatorRows key={indicator.code} indicator={indicator} {...common} />
      ))}
    </tbody>
  )
}

function IndicatorRows({ indicator, selected, onSelect }: Common & { indicator: BoardIndicator }) {
  const { t, name } = useI18n()
  const several = indicator.values.length > 1
  const missing = indicator.status === 'not_reported'
  const current = selected === indicator.code
  return (
    <>
      {indicator.values.map((value, index) => (
        <tr
          key={value.dataPoint}
          className={[missing ? 'board__missing' : '', current ? 'selected' : '', index > 0 ? 'board__part' : '']
            .filter(Boolean)
            .join(' ')}
        >
          <th scope="row">
            {index === 0 && (
              <button
                type="button"
                className="board__open"
                aria-current={current || undefined}
                onClick={() => onSelect(indicator.code)}
              >
                {indicator.name}
              </button>
            )}
            {index === 0 && <span className="board__code">{codeLine(indicator, name)}</span>}
            {several && <span className="board__point">{value.name}</span>}
          </th>
          {value.value === null ? (
            <td colSpan={4} className="board__need">
              {value.missing ?? t('indicators.missing')}
            </td>
          ) : (
            <ValueCells value={value} />
          )}
        </tr>
      ))}
    </>
  )
}

const codeLine = ({ code, definition }: BoardIndicator, name: (prefix: string, value: string) => string): string =>
  definition ? `${code} · ${name('tier', definition.tier)}` : code

function ValueCells({ value }: { value: DataPointValue }) {
  const { t, name, percent } = useI18n()
  const origins = [value.origin, value.simulated && value.origin !== 'simulated' ? 'simulated' : null]
  return (
    <>
      <td className="numeric">
        <Quantity value={value} />
      </td>
      <td>
        {value.score ? <Band points={value.score.points} /> : <span className="note">{t('score.unscored')}</span>}
      </td>
      <td>
        {origins.map(
          (origin) =>
            origin && (
              <span key={origin} className={`origin origin--${origin}`}>
                {name('origin', origin)}
              </span>
            ),
        )}
      </td>
      <td className="numeric">{value.dataCapture === null ? t('none') : percent(value.dataCapture)}</td>
    </>
  )
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
