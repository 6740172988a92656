import { useI18n } from '../../i18n/formatters.ts'
import { css } from '../colours/palette.ts'
import type { Legend } from '../layer-model/model.ts'
import { LegendGrid } from './legend-grid.tsx'
import { UncertainLegend } from './uncertain-legend.tsx'
import './legend.css'

/** What the colours mean and what the numbers are: statistic, window, n, unit, source, and how many to be wary of. */
export function LegendPanel({ legend }: { legend: Legend }) {
  const { t, integer } = useI18n()
  const counts: Partial<Record<Legend['keys'][number], number>> = {
    stale: legend.stale,
    suspect: legend.suspect,
    none: legend.none,
    unconfirmed: legend.unconfirmed ?? 0,
    ...legend.grades,
  }
  return (
    <section className="legend" aria-label={t('panel.legend.of', { title: legend.title })}>
      <h2 className="legend__title">{legend.title}</h2>
      {legend.grid && <LegendGrid grid={legend.grid} />}
      {legend.uncertain && <UncertainLegend levels={legend.uncertain} />}
      <ul className="legend__steps">
        {legend.steps.map(({ colour, label, range }) => (
          <li key={`${label}${range ?? ''}`} className="legend__step">
            <span className="swatch" style={{ backgroundColor: css(colour) }} aria-hidden="true" />
            <span className="legend__label">{label}</span>
            {range && <span className="legend__range">{range}</span>}
          </li>
        ))}
      </ul>
      {legend.keys.length > 0 && (
        <ul className="legend__keys">
          {legend.keys
            .filter((key) => counts[key] !== 0)
            .map((key) => (
              <li key={key} className="legend__step">
                <span className={`key key--${key}`} aria-hidden="true" />
                <span className="legend__label">{t(`legend.${key}`)}</span>
                {counts[key] !== undefined && <span className="legend__range">{integer(counts[key])}</span>}
              </li>
            ))}
        </ul>
      )}
      <dl className="facts">
        {legend.facts.map(([term, text]) => (
          <div key={term} className="facts__row">
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {legend.notes.map((note) => (
        <p key={note} className="note">
          {note}
        </p>
      ))}
    </section>
  )
}
