import { indicatorsQuery, zoneValuesQuery } from '../../../http/queries.ts'
import type { LayerChoice, MapLayer, ReadQuery } from '../../layer-model/layer.ts'
import { playProperties } from '../../layer-model/playback-source.ts'
import { consumptionModel, electricityCode } from './consumption.ts'
import { powerModel } from './power.ts'

export const energyLayer = {
  id: 'energy',
  measures: ['per_capita', 'power'],
  queries: (choice, read) => (choice.measure === 'power' ? [] : [indicatorsQuery, consumptionQuery(choice, read)]),
  model: (input, choice, read) => {
    if (choice.measure === 'power') return powerModel(input)
    const values = read(consumptionQuery(choice, read))
    return values ? consumptionModel(input, values, input.i18n.name('period', choice.period)) : null
  },
  draws: (measure) => (measure === 'power' ? 'points' : 'areas'),
  playback: (measure) => (measure === 'power' ? playProperties('active_power') : null),
} as const satisfies MapLayer

/** Waits for the list of indicators, which says what the code of electricity consumption is. */
const consumptionQuery = ({ period }: LayerChoice, read: ReadQuery) =>
  zoneValuesQuery(electricityCode(read(indicatorsQuery)?.indicators), period)
