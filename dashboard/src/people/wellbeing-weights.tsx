import { Button } from 'react-aria-components'
import { DIMENSIONS } from '#model/wellbeing/framework.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import './wellbeing.css'

/** Weights of dimensions and of their factors. They are in the address, so that they can be shared. */
export function WeightsPart() {
  const i18n = useI18n()
  const { t, name } = i18n
  const [state, change] = useViewState()
  const weights = readWeights(state.weights)
  const set = (id: string, weight: number): void =>
    change({ weights: writeWeights(new Map(weights).set(id, weight)) }, 'replace')
  return (
    <section className="wellbeing__dimension" aria-labelledby="weights">
      <h3 id="weights">{t('wellbeing.weights')}</h3>
      <p className="note">{t('wellbeing.weights.lead')}</p>
      <div className="wellbeing__weights">
        {DIMENSIONS.map(({ id, factors }) => (
          <div key={id}>
            <Weight
              id={id}
              label={t('wellbeing.weight', { name: name('dimension', id) })}
              weights={weights}
              onSet={set}
            />
            <details>
              <summary>{t('wellbeing.weights.factors', { n: factors.length, name: name('dimension', id) })}</summary>
              {factors.map((factor) => (
                <Weight
                  key={factor.id}
                  id={factor.id}
                  label={name('factor', factor.id)}
                  weights={weights}
                  onSet={set}
                />
              ))}
            </details>
          </div>
        ))}
      </div>
      {state.weights !== '' && (
        <Button className="button" onPress={() => change({ weights: '' }, 'replace')}>
          {t('wellbeing.weights.equal')}
        </Button>
      )}
    </section>
  )
}

type WeightProps = {
  readonly id: string
  readonly label: string
  readonly weights: ReadonlyMap<string, number>
  readonly onSet: (id: string, weight: number) => void
}

function Weight({ id, label, weights, onSet }: WeightProps) {
  const i18n = useI18n()
  const weight = weights.get(id) ?? 1
  return (
    <div className="wellbeing__weight">
      <label htmlFor={`weight-${id}`}>
        <span>{label}</span>
        <span>{i18n.number(weight)}</span>
      </label>
      <input
        id={`weight-${id}`}
        type="range"
        min={0}
        max={3}
        step={0.25}
        value={weight}
        onChange={(event) => onSet(id, Number(event.target.value))}
      />
    </div>
  )
}

function readWeights(text: string): Map<string, number> {
  const parts = text.split(',').filter(Boolean)
  return new Map(
    parts.map((part) => {
      const [id = '', weight = '1'] = part.split(':')
      return [id, Number(weight)] as const
    }),
  )
}

/** Weights of 1 are left out. */
const writeWeights = (weights: ReadonlyMap<string, number>): string =>
  [...weights]
    .filter(([, weight]) => weight !== 1)
    .map(([id, weight]) => `${id}:${weight}`)
    .join(',')
