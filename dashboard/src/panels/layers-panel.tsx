import { useQuery } from '@tanstack/react-query'
import { Label, Radio, RadioGroup } from 'react-aria-components'
import { useViewState } from '../app/use-view-state.ts'
import { LAYERS, type LayerName, MEASURES } from '../app/view-state.ts'
import { surveysQuery } from '../http/queries.ts'
import { useTools } from '../messages/tools.ts'
import { Choice } from './choice.tsx'

/** One layer at a time, and by which number it is coloured. */
export function LayersPanel() {
  const [state, change] = useViewState()
  const { t, name } = useTools()
  const measures = useMeasures(state.layer)
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
      {state.layer === 'survey' && measures.length > 0 && (
        <Choice
          label={t('layers.question')}
          choices={measures.map(({ id, label }) => ({ id, label: label ?? id }))}
          value={state.measure}
          onChange={(measure) => change({ measure })}
        />
      )}
      {state.layer !== 'survey' && measures.length > 1 && (
        <RadioGroup
          className="measures"
          orientation="horizontal"
          value={state.measure}
          onChange={(measure) => change({ measure })}
        >
          <Label className="eyebrow">{t('layers.measure')}</Label>
          <div className="measures__list">
            {measures.map((measure) => (
              <Radio key={measure.id} value={measure.id} className="chip">
                {measure.label ?? name(`measure.${state.layer}`, measure.id)}
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

/** A survey brings its own questions: those that answer an indicator can be mapped. */
function useMeasures(layer: LayerName): { id: string; label?: string }[] {
  const surveys = useQuery({ ...surveysQuery, enabled: layer === 'survey' })
  if (layer !== 'survey') return MEASURES[layer].map((id) => ({ id }))
  const questions = surveys.data?.surveys[0]?.questions ?? []
  return questions
    .filter(({ indicator, counts }) => indicator && counts)
    .map(({ column, text }) => ({ id: column, label: text }))
}
