import type { BacktestResponse } from '#model/api/alerts.ts'
import { useI18n } from '../i18n/formatters.ts'
import './rules.css'

const MAX_LANES = 8
/** Percent of the width; a minute in a year would be nothing. */
const MIN_WIDTH = 0.4

/** When the incidents of a backtest were, a lane for each of the subjects that had most; the table below has the same. */
export function BacktestTimeline({ result }: { readonly result: BacktestResponse }) {
  const { t, date } = useI18n()
  const [from, to] = [Date.parse(result.from), Date.parse(result.to)]
  const percent = (at: number): number => ((Math.min(Math.max(at, from), to) - from) / (to - from)) * 100
  const bySubject = [...Map.groupBy(result.incidents, ({ subject }) => subject)].sort(
    ([, a], [, b]) => b.length - a.length,
  )
  return (
    <figure className="rules__timeline">
      <div role="img" aria-label={t('rules.backtest.timeline', { n: result.incidents.length })}>
        {bySubject.slice(0, MAX_LANES).map(([subject, incidents]) => (
          <div key={subject} className="rules__lane">
            <span className="rules__lane-name">{subject}</span>
            <span className="rules__lane-bars">
              {incidents.map(({ startedAt, endedAt, severity }) => {
                const start = percent(Date.parse(startedAt))
                const end = endedAt === null ? 100 : percent(Date.parse(endedAt))
                return (
                  <span
                    key={startedAt}
                    className={`rules__bar rules__bar--${severity}`}
                    style={{ insetInlineStart: `${start}%`, inlineSize: `${Math.max(end - start, MIN_WIDTH)}%` }}
                  />
                )
              })}
            </span>
          </div>
        ))}
      </div>
      <figcaption className="rules__lane note">
        <span className="rules__lane-name">
          {bySubject.length > MAX_LANES && t('rules.backtest.lanes', { n: bySubject.length - MAX_LANES })}
        </span>
        <span className="rules__axis">
          <span>{date(result.from)}</span>
          <span>{date(result.to)}</span>
        </span>
      </figcaption>
    </figure>
  )
}
