import { useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Choice } from './choice.tsx'
import { periodChoices } from './periods.ts'

/** The period for which indicators are computed. */
export function PeriodSelect() {
  const [{ period }, change] = useViewState()
  const i18n = useI18n()
  const choices = periodChoices(period, new Date(), i18n)
  return (
    <Choice label={i18n.t('period.label')} choices={choices} value={period} onChange={(id) => change({ period: id })} />
  )
}
