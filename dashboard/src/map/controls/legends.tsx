import { useI18n } from '../../i18n/formatters.ts'
import type { Legend } from '../layer-model/model.ts'
import type { FurtherState } from '../layer-model/shown.ts'
import { LegendPanel } from './legend-panel.tsx'
import './legend.css'

type LegendsProps = {
  /** of the main layer: one, or those of two maps */
  readonly main: readonly (Legend | null)[]
  /** from bottom to top */
  readonly further: readonly FurtherState[]
  /** whether all answers are there: what is empty then stays so */
  readonly isComplete: boolean
}

/** The legends in the order of the layers, the highest first; what is not shown says why. */
export function Legends({ main, further, isComplete }: LegendsProps) {
  const { t } = useI18n()
  const legendsOf = (isUnder: boolean) =>
    further
      .filter((one) => one.isUnder === isUnder)
      .toReversed()
      .map((one) => <FurtherLegend key={one.layer} layer={one} isComplete={isComplete} />)
  return (
    <>
      {legendsOf(false)}
      {main.map((legend) => legend && <LegendPanel key={legend.title} legend={legend} />)}
      {main.every((legend) => !legend) && isComplete && <p className="note">{t('layer.nothing')}</p>}
      {legendsOf(true)}
    </>
  )
}

function FurtherLegend({ layer: { layer, model, isHidden }, isComplete }: FurtherLegendProps) {
  const { t, name } = useI18n()
  if (model) return <LegendPanel legend={model.legend} />
  if (!isHidden && !isComplete) return null
  return (
    <section className="legend">
      <h2 className="legend__title">{name('layer', layer)}</h2>
      <p className="note">{t(isHidden ? 'layers.more.past' : 'layer.nothing')}</p>
    </section>
  )
}

type FurtherLegendProps = { readonly layer: FurtherState; readonly isComplete: boolean }
