import { useQuery } from '@tanstack/react-query'
import { COMPARISONS, type ComparisonKind } from '#model/api/compare.ts'
import { surveysQuery, zonesQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { formatPair, type Pair, parsePair } from '../state/pair.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Chips } from '../ui/chips.tsx'
import { Loading } from '../ui/loading.tsx'
import { Method } from '../ui/method.tsx'
import { Problem } from '../ui/problem.tsx'
import { type Offers, presetOf } from './offers.ts'
import { PairChoices } from './pair-choices.tsx'
import { PairTable } from './pair-table.tsx'
import { pairQuery } from './queries.ts'
import './compare.css'

/** Two periods, two districts or two groups of a survey: every difference with interval, corrected p and effect. */
export default function CompareView() {
  const { t, timeZone } = useI18n()
  const [state, change] = useViewState()
  const zones = useQuery(zonesQuery).data?.features
  const surveys = useQuery(surveysQuery).data?.surveys
  const written = parsePair(state.pair)
  const kind = written?.kind ?? 'periods'
  const offers: Offers = { zones: zones ?? [], surveys: surveys ?? [], now: new Date(), timeZone }
  const pair = written ?? presetOf(kind, offers)
  const answer = useQuery(pairQuery(pair, state.period, state.survey ?? undefined))
  const show = (next: Pair | undefined): void => {
    if (next) change({ pair: formatPair(next) })
  }
  const choose = (id: string): void => show(presetOf(COMPARISONS.find((one) => one === id) ?? 'periods', offers))
  const isOffered = (one: ComparisonKind): boolean => presetOf(one, offers) !== undefined
  return (
    <div className="pair">
      <h1 className="page-title">{t('pair.title')}</h1>
      <p className="lead">{t('pair.lead')}</p>
      <Method>{t('method.together')}</Method>
      <Chips
        label={t('pair.kind')}
        chips={COMPARISONS.map((id) => ({ id, label: t(`pair.kind.${id}`), disabled: !isOffered(id) }))}
        value={kind}
        onChange={choose}
      />
      {surveys && !isOffered('groups') && <p className="note">{t('pair.none')}</p>}
      {pair && <PairChoices pair={pair} offers={offers} onChange={show} />}
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {answer.isLoading && <Loading />}
      {answer.data && pair && (
        <div aria-busy={answer.isPlaceholderData}>
          <PairTable key={`${answer.data.a} ${answer.data.b}`} data={answer.data} offers={offers} />
        </div>
      )}
    </div>
  )
}
