import { Button } from 'react-aria-components'
import { useI18n } from '../i18n/formatters.ts'
import { DAY, dayOf, inYears } from '../state/local-day.ts'
import './day-choice.css'

type DayChoiceProps = {
  readonly label: string
  /** 2026-05-31 */
  readonly value: string
  readonly onChange: (day: string) => void
}

/** Any day up to today, and the same day a year before or after. */
export function DayChoice({ label, value, onChange }: DayChoiceProps) {
  const { t, timeZone } = useI18n()
  const today = dayOf(Date.now(), timeZone)
  const choose = (day: string): void => {
    if (DAY.test(day)) onChange(day > today ? today : day)
  }
  const later = inYears(value, 1)
  return (
    <div className="day-choice">
      <Button className="button button--small" onPress={() => choose(inYears(value, -1))}>
        {t('day.yearBefore')}
      </Button>
      <input type="date" aria-label={label} max={today} value={value} onChange={({ target }) => choose(target.value)} />
      <Button
        className="button button--small"
        isDisabled={value >= today || later.slice(0, 4) > today.slice(0, 4)}
        onPress={() => choose(later)}
      >
        {t('day.yearAfter')}
      </Button>
    </div>
  )
}
