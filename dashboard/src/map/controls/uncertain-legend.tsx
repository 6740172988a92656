import { useI18n } from '../../i18n/formatters.ts'
import { css, inkOn } from '../colours/palette.ts'
import type { UncertainKey } from '../layer-model/model.ts'
import './uncertain-legend.css'

/** Colours of estimates: a row for each width of the interval, with fewer and paler classes the wider it is. */
export function UncertainLegend({ levels }: { levels: UncertainKey }) {
  const { t } = useI18n()
  return (
    <dl className="uncertain-key" aria-label={t('legend.interval')}>
      {levels.map(({ label, steps }) => (
        <div key={label}>
          <dt className="uncertain-key__width">{label}</dt>
          <dd className="uncertain-key__steps">
            {steps.map(({ colour, label: range }) => (
              <span
                key={range}
                className="uncertain-key__step"
                style={{ backgroundColor: css(colour), color: css(inkOn(colour)) }}
              >
                {range}
              </span>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  )
}
