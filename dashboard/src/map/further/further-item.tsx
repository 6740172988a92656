import { Button } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import { type FurtherLayer, MAX_OPACITY, MIN_OPACITY } from '../../state/further-layers.ts'
import { Choice } from '../../ui/choice.tsx'
import { Icon } from '../../ui/icon.tsx'
import { layerOf } from '../layers/index.ts'
import { useOfferedMeasures } from '../layers/offered-measures.ts'
import './more-layers.css'

export type Move = 'up' | 'down'

type FurtherItemProps = {
  readonly part: FurtherLayer
  /** the measure that the main layer, being the same, has already */
  readonly taken: string | null
  readonly isHighest: boolean
  readonly isLowest: boolean
  readonly onChange: (change: Partial<Pick<FurtherLayer, 'measure' | 'opacity'>>, how: 'push' | 'replace') => void
  readonly onMove: (move: Move) => void
  readonly onRemove: () => void
}

const OPACITY_STEP = 5

/** A further layer: what it is coloured by, how much of it is seen, and its place. */
export function FurtherItem({ part, taken, isHighest, isLowest, onChange, onMove, onRemove }: FurtherItemProps) {
  const { t, name, percent } = useI18n()
  const { layer, measure, opacity } = part
  const title = name('layer', layer)
  const { FurtherChoice } = layerOf(layer)
  const measures = useOfferedMeasures()(part).filter((one) => one !== taken)
  const moveButton = (move: Move, isDisabled: boolean) => (
    <Button
      className="button button--icon"
      data-move={move}
      isDisabled={isDisabled}
      aria-label={t(`layers.more.${move}`, { name: title })}
      onPress={() => onMove(move)}
    >
      <Icon name={move} />
    </Button>
  )
  return (
    <li className="more-layers__item" data-layer={layer}>
      <div className="more-layers__head">
        <h3 className="more-layers__name">{title}</h3>
        {moveButton('up', isHighest)}
        {moveButton('down', isLowest)}
        <Button
          className="button button--icon"
          aria-label={t('layers.more.remove', { name: title })}
          onPress={onRemove}
        >
          <Icon name="close" />
        </Button>
      </div>
      {FurtherChoice ? (
        <FurtherChoice {...{ measure, taken }} onChange={(id) => onChange({ measure: id }, 'push')} />
      ) : (
        measures.length > 1 && (
          <Choice
            label={t('layers.measure')}
            choices={measures.map((id) => ({ id, label: name(`measure.${layer}`, id) }))}
            value={measure}
            onChange={(id) => onChange({ measure: id }, 'push')}
          />
        )
      )}
      <label className="more-layers__opacity">
        <span className="eyebrow">{t('layers.more.opacity')}</span>
        <input
          type="range"
          className="more-layers__slider"
          aria-label={t('layers.more.opacity.of', { name: title })}
          aria-valuetext={percent(opacity / 100)}
          min={MIN_OPACITY}
          max={MAX_OPACITY}
          step={OPACITY_STEP}
          value={opacity}
          onChange={(event) => onChange({ opacity: event.target.valueAsNumber }, 'replace')}
        />
        <output className="more-layers__percent">{percent(opacity / 100)}</output>
      </label>
    </li>
  )
}
