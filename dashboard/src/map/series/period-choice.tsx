import { Button } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import { useNow } from '../../live/use-live.ts'
import { dayOf } from '../../state/local-day.ts'
import type { Within } from '../../state/series-address.ts'
import { useViewState } from '../../state/use-view-state.ts'
import { RANGES } from '../../state/view-state.ts'
import { Chips } from '../../ui/chips.tsx'
import { DayChoice } from '../../ui/day-choice.tsx'

/** The period of all series: a length up to a day, or a part of it. */
export function PeriodChoice() {
  const [{ range, day }, change] = useViewState()
  const { t, timeZone } = useI18n()
  const today = dayOf(useNow(60_000), timeZone)
  return (
    <>
      <Chips
        label={t('series.range')}
        labelHidden
        chips={RANGES.map((id) => ({ id, label: t(`series.range.${id}`) }))}
        value={range}
        onChange={(value) => change({ range: RANGES.find((item) => item === value) ?? '24h', within: null }, 'replace')}
      />
      <DayChoice
        label={t('day.last')}
        value={day ?? today}
        onChange={(value) => change({ day: value === today ? null : value, within: null }, 'replace')}
      />
      {day !== null && (
        <Button className="button button--small" onPress={() => change({ day: null, within: null }, 'replace')}>
          {t('day.today')}
        </Button>
      )}
    </>
  )
}

/** What was selected of the time, and the way back. */
export function WithinNote({ within: { from, to } }: { within: Within }) {
  const [, change] = useViewState()
  const { t, dateTimes } = useI18n()
  return (
    <p className="series__within">
      {t('series.within', { period: dateTimes(from, to) })}{' '}
      <Button className="button button--small" onPress={() => change({ within: null })}>
        {t('series.whole')}
      </Button>
    </p>
  )
}

/** Imported history ends in the past: from a chart without values it is one step away. */
export function LastValues({ at }: { at: string }) {
  const [, change] = useViewState()
  const { t, date, timeZone } = useI18n()
  return (
    <Button
      className="button button--small"
      onPress={() => change({ day: dayOf(Date.parse(at), timeZone), range: '30d', within: null }, 'replace')}
    >
      {t('series.last', { date: date(at) })}
    </Button>
  )
}
