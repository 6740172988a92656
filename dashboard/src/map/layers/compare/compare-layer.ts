import { surveysQuery } from '../../../http/queries.ts'
import { endOfPeriod } from '../../../state/local-day.ts'
import type { MapLayer } from '../../layer-model/layer.ts'
import { zoneModel } from '../../layer-model/zone-model.ts'
import { bivariateModel, bothOf, COMPARE_MEASURES, pairsOf } from './bivariate.ts'
import { CompareChoices } from './compare-choices.tsx'
import { comparedOf } from './presets.ts'
import { measureQueries, readMeasure } from './zone-measures.ts'

/** Two numbers of the districts compared, in one map of nine colours or in two maps next to each other. */
export const compareLayer = {
  id: 'compare',
  measures: COMPARE_MEASURES,
  queries: (choice, read) => {
    const { a, b } = comparedOf(read(surveysQuery)?.surveys, choice)
    return [surveysQuery, ...[a, b].flatMap((ref) => (ref ? measureQueries(ref, choice.period) : []))]
  },
  // estimates and indicators of a period are of its districts
  moment: ({ period }, _, timeZone) => endOfPeriod(period, timeZone),
  model: (input, choice, read) => {
    const refs = comparedOf(read(surveysQuery)?.surveys, choice)
    const a = refs.a && readMeasure(input, refs.a, choice.period, read)
    const b = refs.b && readMeasure(input, refs.b, choice.period, read)
    if (!a || !b) return null
    const pair = { a, b }
    return {
      ...bivariateModel(input, pair),
      ...(choice.measure === 'side' && { sideBySide: [zoneModel(input, a), zoneModel(input, b)] as const }),
      correlation: { pairs: pairsOf(bothOf(pair, input)), districts: input.zones.features.length },
    }
  },
  draws: () => 'areas',
  mainOnly: true,
  Choices: CompareChoices,
} as const satisfies MapLayer
