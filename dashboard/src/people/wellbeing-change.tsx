import { useQuery } from '@tanstack/react-query'
import { surveysQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Choice } from '../ui/choice.tsx'
import { Method } from '../ui/method.tsx'
import { Problem } from '../ui/problem.tsx'
import { ChangeTable } from './change-table.tsx'
import { changeQuery } from './queries.ts'
import './styles/people.css'
import './wellbeing.css'

/** From a baseline survey to a follow-up: what changed, and which changes are significant. */
export function ChangePart() {
  const { t } = useI18n()
  const [{ zone, weights, baseline, followup }, change] = useViewState()
  const rounds = (useQuery(surveysQuery).data?.surveys ?? [])
    .filter(({ questions }) => questions.some(({ factor }) => factor))
    .toSorted((a, b) => (a.to < b.to ? -1 : 1))
  const from = rounds.find(({ id }) => id === baseline)?.id ?? rounds.at(-2)?.id
  const to = rounds.find(({ id }) => id === followup)?.id ?? rounds.at(-1)?.id
  const answer = useQuery(changeQuery(from, to, weights, zone ?? undefined))
  const choices = rounds.map(({ id, title }) => ({ id, label: title }))
  return (
    <section className="wellbeing__dimension" aria-labelledby="change">
      <h3 id="change">{t('change.title')}</h3>
      {rounds.length < 2 || !from || !to ? (
        <p className="note">{t('change.one', { n: rounds.length })}</p>
      ) : (
        <>
          <p className="note">{t('change.lead')}</p>
          <Method>
            {t('method.rounds')} {t('method.together')}
          </Method>
          <div className="people__choices">
            <Choice
              label={t('change.baseline')}
              choices={choices}
              value={from}
              onChange={(id) => change({ baseline: id })}
            />
            <Choice
              label={t('change.followup')}
              choices={choices}
              value={to}
              onChange={(id) => change({ followup: id })}
            />
          </div>
          {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
          {answer.data && <ChangeTable data={answer.data} />}
        </>
      )}
    </section>
  )
}
