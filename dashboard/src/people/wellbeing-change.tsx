import { useQuery } from '@tanstack/react-query'
import type { WellbeingChange } from '#model/api/wellbeing.ts'
import { surveysQuery } from '../http/queries.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Choice } from '../ui/choice.tsx'
import { Problem } from '../ui/problem.tsx'
import { changeQuery } from './queries.ts'
import { score } from './wellbeing-factors.tsx'
import './styles/people.css'
import './wellbeing.css'

type Row = WellbeingChange['index']

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

function ChangeTable({ data }: { data: WellbeingChange }) {
  const { t, name } = useI18n()
  const rows: { id: string; label: string; row: Row; verdict: string; head: boolean }[] = [
    { id: 'index', label: t('change.index'), row: data.index, verdict: verdictOf(data.index), head: true },
    ...data.dimensions.flatMap((dimension) => [
      {
        id: dimension.id,
        label: name('dimension', dimension.id),
        row: dimension,
        verdict: verdictOf(dimension),
        head: true,
      },
      ...dimension.factors
        .filter(({ items }) => items > 0)
        .map((factor) => ({
          id: factor.id,
          label: name('factor', factor.id),
          row: factor,
          verdict: factor.significant && !factor.holds ? 'alone' : verdictOf(factor),
          head: false,
        })),
    ]),
  ]
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="people__scroll" tabIndex={0} aria-label={t('panel.table.of', { title: t('change.title') })}>
      <table className="mini">
        <caption className="hidden">{t('change.title')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('wellbeing.column.factor')}</th>
            <th scope="col">{data.baseline.title}</th>
            <th scope="col">{data.followup.title}</th>
            <th scope="col">{t('change.column')}</th>
            <th scope="col">{t('change.column.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, label, row, verdict, head }) => (
            <tr key={id} className={head ? 'selected' : undefined}>
              <th scope="row">{label}</th>
              <ScoreCell row={row.from} />
              <ScoreCell row={row.to} />
              <ChangeCell row={row} />
              <td>{t(`change.${verdict as 'rose'}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function ScoreCell({ row }: { row: Row['from'] }) {
  const i18n = useI18n()
  return (
    <td className={row.value === null ? 'missing' : undefined}>
      {row.value === null ? i18n.name('wellbeing.missing', row.missing ?? '') : score(row.value, i18n)}
    </td>
  )
}

function ChangeCell({ row: { change } }: { row: Row }) {
  const i18n = useI18n()
  if (!change) return <td className="missing">{i18n.t('none')}</td>
  const values = {
    value: signed(change.value, i18n),
    lower: signed(change.lower, i18n),
    upper: signed(change.upper, i18n),
  }
  return <td>{i18n.t('wellbeing.cell', values)}</td>
}

/** With a sign; zero after rounding has none. */
function signed(value: number, i18n: Formatters): string {
  const shown = Math.round(value * 10) / 10
  return `${shown > 0 ? '+' : ''}${score(shown === 0 ? 0 : shown, i18n)}`
}

function verdictOf({ change, significant }: Row): 'rose' | 'fell' | 'open' | 'unknown' {
  if (!change || significant === null) return 'unknown'
  if (!significant) return 'open'
  return change.value > 0 ? 'rose' : 'fell'
}
