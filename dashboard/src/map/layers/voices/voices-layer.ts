import { voicesQuery } from '../../../http/voices.ts'
import type { MapLayer } from '../../layer-model/layer.ts'
import { VoicesChoices } from './voices-choices.tsx'
import { voicesModel } from './voices-model.ts'

export const voicesLayer = {
  id: 'voices',
  measures: ['connection', 'air', 'noise', 'service'],
  queries: () => [voicesQuery],
  model: (input, { measure }, read) => {
    const voices = read(voicesQuery)
    return voices ? voicesModel(input, voices, measure) : null
  },
  draws: () => 'areas',
  Choices: VoicesChoices,
  cellTexts: { eyebrow: 'voices.cell.eyebrow', note: 'voices.note.sample' },
} as const satisfies MapLayer
