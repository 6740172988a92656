import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Label, Radio, RadioGroup } from 'react-aria-components'
import { thingsQuery } from '../../http/queries.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { useViewState } from '../../state/use-view-state.ts'
import { LAYERS, MEASURES, type ViewState } from '../../state/view-state.ts'
import { CompareChoices } from './compare-choices.tsx'
import { SurveyChoices } from './survey-choices.tsx'

/** One layer at a time, and by which number it is coloured. */
export function LayersPanel() {
  const [state, change] = useViewState()
  const { t, name } = useI18n()
  const measures = useMeasures(state)
  return (
    <div className="layers">
      <RadioGroup
        className="layers__group"
        value={state.layer}
        onChange={(value) => {
          const layer = LAYERS.find((item) => item === value) ?? 'air'
          change({ layer, measure: MEASURES[layer][0] })
        }}
      >
        <Label className="eyebrow">{t('layers.label')}</Label>
        <div className="layers__list">
          {LAYERS.map((layer) => (
            <Radio key={layer} value={layer} className="layer">
              <span className="layer__name">{t(`layer.${layer}`)}</span>
              <span className="layer__what">{t(`layer.${layer}.what`)}</span>
            </Radio>
          ))}
        </div>
      </RadioGroup>
      {state.layer === 'survey' && <SurveyChoices />}
      {state.layer === 'compare' && <CompareChoices />}
      {state.layer !== 'survey' && state.layer !== 'compare' && measures.length > 1 && (
        <RadioGroup
          className="measures"
          orientation="horizontal"
          value={state.measure}
          onChange={(measure) => change({ measure })}
        >
          <Label className="eyebrow">{t('layers.measure')}</Label>
          <div className="measures__list">
            {measures.map((measure) => (
              <Radio key={measure} value={measure} className="chip">
                {name(`measure.${state.layer}`, measure)}
              </Radio>
            ))}
          </div>
        </RadioGroup>
      )}
      {state.layer === 'voices' && (
        <p>
          <a href="/voice">{t('voices.add')}</a>
        </p>
      )}
    </div>
  )
}

/** What the layer can be coloured by. Of the surroundings only what this city measures, and what the address asks for. */
function useMeasures({ layer, measure }: ViewState): readonly string[] {
  const things = useQuery(thingsQuery).data?.features
  const measured = useMemo(
    () => new Set(things?.flatMap(({ properties }) => properties.datastreams.map(({ property }) => property))),
    [things],
  )
  if (layer !== 'environment' || !things) return MEASURES[layer]
  return MEASURES[layer].filter((name) => name === measure || measured.has(name))
}
