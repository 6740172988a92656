import { useMemo } from 'react'
import { useI18n } from '../../i18n/formatters.ts'
import type { Frame, LayerModel } from '../layer-model/model.ts'
import { comparedTable, type Table } from './compared-table.ts'
import type { PlaybackControl } from './use-playback.ts'

/** The layer at a moment, which is said in words. */
export type AtMoment = { readonly model: LayerModel | null; readonly moment: string }
type Models = { readonly model: LayerModel | null; readonly other: LayerModel | null }

/** The layer at the two moments that are compared; null while none are. */
export function useMoments({ model, other }: Models, control: PlaybackControl | null) {
  const { dateTimes } = useI18n()
  const [first, second] = [control?.frame, control?.other?.frame]
  return useMemo((): readonly [AtMoment, AtMoment] | null => {
    if (!first || !second) return null
    const moment = ({ from, to }: Frame) => dateTimes(from, to)
    return [
      { model, moment: moment(first) },
      { model: other, moment: moment(second) },
    ]
  }, [model, other, first, second, dateTimes])
}

/** The table of the layer, or of both moments; null without a model. */
export function useTable(model: LayerModel | null, moments: readonly [AtMoment, AtMoment] | null): Table | null {
  const i18n = useI18n()
  return useMemo(() => {
    const [first, second] = moments ?? []
    if (!model || !first?.model || !second?.model) return model
    const dated = ({ moment }: AtMoment, table: Table) => ({ table, moment })
    return comparedTable(dated(first, first.model), dated(second, second.model), i18n)
  }, [model, moments, i18n])
}
