import { periodChoices } from '../app/periods.ts'
import { useViewState } from '../app/use-view-state.ts'
import { useTools } from '../messages/tools.ts'
import { Choice } from './choice.tsx'

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
