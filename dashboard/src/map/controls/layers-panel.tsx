import { useQuery } from '@tanstack/react-query'
import { memo, useMemo } from 'react'
import { Label, Radio, RadioGroup } from 'react-aria-components'
import { thingsQuery } from '../../http/queries.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { useViewState } from '../../state/use-view-state.ts'
import { Chips } from '../../ui/chips.tsx'
import { MoreLayers } from '../further/more-layers.tsx'
import { LAYERS, layerOf } from '../layers/index.ts'
import { useOfferedMeasures } from '../layers/offered-measures.ts'
import './layers-panel.css'

/** The main layer and by which number it is coloured, and the layers that lie above and below it. Live values change nothing here. */
export const LayersPanel = memo(function LayersPanel() {
  const [state, change] = useViewState()
  const { t, name } = useI18n()
  const { id, Choices } = layerOf(state.layer)
  const measures = useOfferedMeasures()(state)
  const chips = measures.length > 1 && (
    <Chips
      label={t('layers.measure')}
      chips={measures.map((measure) => ({ id: measure, label: name(`measure.${id}`, measure) }))}
      value={state.measure}
      onChange={(measure) => change({ measure })}
    />
  )
  return (
    <div className="layers">
      <RadioGroup
        className="layers__group"
        value={id}
        onChange={(value) => {
          const layer = layerOf(value)
          change({ layer: layer.id, measure: layer.measures[0] })
        }}
      >
        <Label className="eyebrow">{t('layers.label')}</Label>
        <div className="layers__list">
          {LAYERS.map((layer) => (
            <Radio key={layer.id} value={layer.id} className="layer">
              <span className="layer__name">{t(`layer.${layer.id}`)}</span>
              <span className="layer__what">{t(`layer.${layer.id}.what`)}</span>
            </Radio>
          ))}
        </div>
      </RadioGroup>
      {Choices ? <Choices>{chips}</Choices> : chips}
      <MoreLayers />
      <UnconfirmedFilter />
    </div>
  )
})

/** Whether devices that registered themselves are on the map; absent where the city has none. */
function UnconfirmedFilter() {
  const [{ unconfirmed }, change] = useViewState()
  const { t, integer } = useI18n()
  const things = useQuery(thingsQuery).data?.features
  const count = useMemo(() => things?.filter(({ properties }) => !properties.verified).length ?? 0, [things])
  if (count === 0) return null
  return (
    <label className="layers__filter">
      <input
        type="checkbox"
        checked={unconfirmed}
        onChange={(event) => change({ unconfirmed: event.target.checked })}
      />
      {t('layers.unconfirmed', { n: integer(count) })}
    </label>
  )
}
