import { useTools } from '../i18n/tools.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Choice } from './choice.tsx'
import { periodChoices } from './periods.ts'

/** Over which time the indicators are computed. */
export function PeriodSelect() {
  const [{ period }, change] = useViewState()
  const tools = useTools()
  const choices = periodChoices(period, new Date(), tools)
  return (
    <Choice
      label={tools.t('period.label')}
      choices={choices}
      value={period}
      onChange={(id) => change({ period: id })}
    />
  )
}
