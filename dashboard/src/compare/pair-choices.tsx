import { useI18n } from '../i18n/formatters.ts'
import type { Pair } from '../state/pair.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Choice, type Option } from '../ui/choice.tsx'
import { PeriodSelect } from '../ui/period-select.tsx'
import {
  characteristicsOf,
  groupOptions,
  groupPair,
  type Offers,
  periodOptions,
  surveyOf,
  zoneOptions,
} from './offers.ts'
import './compare.css'

type Props = {
  readonly pair: Pair
  readonly offers: Offers
  readonly onChange: (pair: Pair | undefined) => void
}

/** The two sides, and what they are sides of. */
export function PairChoices({ pair, offers, onChange }: Props) {
  const i18n = useI18n()
  const { t } = i18n
  const [{ survey }, change] = useViewState()
  const options = optionsOf()
  const rounds = offers.surveys.filter(({ questions }) => questions.some(({ group }) => group))
  // choosing the other side swaps the two
  const side = (name: 'a' | 'b', other: 'a' | 'b') => (id: string) =>
    onChange({ ...pair, [name]: id, [other]: pair[other] === id ? pair[name] : pair[other] })
  return (
    <div className="pair__choices">
      {pair.kind === 'groups' && (
        <>
          {rounds.length > 1 && (
            <Choice
              label={t('people.which')}
              choices={rounds.map(({ id, title }) => ({ id, label: title }))}
              value={surveyOf(offers, survey)?.id ?? ''}
              onChange={(id) => change({ survey: id })}
            />
          )}
          <Choice
            label={t('divides.by')}
            choices={characteristicsOf(offers, survey)}
            value={pair.by ?? ''}
            onChange={(by) => onChange(groupPair(by, offers))}
          />
        </>
      )}
      <Choice label={t('pair.a')} choices={options} value={pair.a} onChange={side('a', 'b')} />
      <Choice label={t('pair.b')} choices={options} value={pair.b} onChange={side('b', 'a')} />
      {pair.kind === 'zones' && <PeriodSelect />}
    </div>
  )

  function optionsOf(): Option[] {
    if (pair.kind === 'periods') return periodOptions([pair.a, pair.b], offers, i18n)
    if (pair.kind === 'zones') return zoneOptions(offers)
    return groupOptions(pair.by ?? '', offers, survey)
  }
}
