import type { FurtherLayer } from '../../state/further-layers.ts'
import type { LayerModel } from './model.ts'

export type FurtherState = FurtherLayer & {
  readonly isUnder: boolean
  /** null while an answer is missing, where there is nothing to show, and while it is hidden */
  readonly model: LayerModel | null
  /** it has a history of its own, which is not shown: its present would stand next to the past of the main layer */
  readonly isHidden: boolean
}

/** A model with the layer that it is of. */
export type ShownModel = { readonly layer: string; readonly model: LayerModel }

type AllShown = {
  readonly layer: string
  readonly model: LayerModel | null
  readonly further: readonly FurtherState[]
}

/** What there is to show, the main layer first. */
export const modelsOf = ({ layer, model, further }: AllShown): ShownModel[] =>
  [{ layer, model }, ...further].flatMap(({ layer, model }) => (model ? [{ layer, model }] : []))
