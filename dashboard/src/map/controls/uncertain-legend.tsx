import { useI18n } from '../../i18n/formatters.ts'
import { css } from '../colours/palette.ts'
import type { UncertainKey } from '../layer-model/model.ts'
import './uncertain-legend.css'

/** Colours of estimates: a row for each width of the interval, with fewer and paler classes the wider it is. */
export function UncertainLegend({ levels }: { levels: UncertainKey }) {
  const { t } = useI18n()
  return (
    <>
      <p className="hidden">{t('legend.interval')}</p>
      <dl className="uncertain-key">
        {levels.map(({ label, steps }) => (
          <div key={label}>
            <dt className="uncertain-key__width">{label}</dt>
            <dd className="uncertain-key__steps">
              {steps.map(({ colour, label: range }) => (
                <span key={range} className="uncertain-key__step">
                  <span className="uncertain-key__colour" style={{ backgroundColor: css(colour) }} aria-hidden="true" />
                  {range}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}
