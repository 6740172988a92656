import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { type AlertRule, backtestDays, type RuleCondition } from '#model/alerting/rule.ts'
import type { BacktestResponse } from '#model/api/alerts.ts'
import { ApiProblem } from '../http/client.ts'
import { noteRefusal } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Rows } from '../notifications/parts.tsx'
import { startPlayback } from '../state/playback-address.ts'
import { hrefOf, useViewState } from '../state/use-view-state.ts'
import { Chips } from '../ui/chips.tsx'
import { Problem } from '../ui/problem.tsx'
import { BacktestTimeline } from './backtest-timeline.tsx'
import { type Found, incidentColumns } from './incident-columns.ts'
import { runBacktest } from './queries.ts'
import './rules.css'

const SPANS = [7, 30, 365]
const MAX_ROWS = 50
const HALF_DAY_MS = 43_200_000

type Props = {
  /** null: there is something wrong with it */
  readonly rule: AlertRule | null
  readonly condition: { readonly kind: RuleCondition['kind']; readonly of: string }
  /** it was asked for, whether it can be done or not */
  readonly onAsk: () => void
  /** the rule has been tested, or there is nothing to test it with */
  readonly onAnswer: () => void
}

/** What a rule would have sent. */
export function Backtest({ rule, condition, onAsk, onAnswer }: Props) {
  const { t } = useI18n()
  const client = useQueryClient()
  const days = backtestDays(condition)
  const spans = SPANS.filter((span) => span <= days)
  const [chosen, setChosen] = useState(30)
  const span = spans.includes(chosen) ? chosen : (spans.at(-1) ?? 0)
  const { mutate, data, error, isPending, reset } = useMutation({
    mutationFn: (tested: AlertRule) => (days === 0 ? Promise.resolve(null) : runBacktest(tested, span)),
    onSuccess: onAnswer,
    onError: (problem) => {
      noteRefusal(client, problem)
      // it reads more than a backtest may, so the rule cannot be tested over that time; that keeps nobody from saving it
      if (problem instanceof ApiProblem && problem.code === 'QUERY_TOO_LARGE') onAnswer()
    },
  })
  const text = JSON.stringify(rule)
  // what was tested is not what stands in the form any more
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the rule changes
  useEffect(reset, [text, span])
  return (
    <section className="rules__group" aria-labelledby="rule-backtest">
      <h4 id="rule-backtest" className="rules__legend">
        {t('rules.backtest')}
      </h4>
      {spans.length > 1 && (
        <Chips
          label={t('rules.backtest.span')}
          chips={spans.map((n) => ({ id: String(n), label: t('rules.backtest.days', { n }) }))}
          value={String(span)}
          onChange={(id) => setChosen(Number(id))}
        />
      )}
      <Button
        className="button rules__add"
        isDisabled={isPending}
        onPress={() => {
          onAsk()
          if (rule) mutate(rule)
        }}
      >
        {t(isPending ? 'rules.backtest.running' : days === 0 ? 'rules.backtest.check' : 'rules.backtest.run')}
      </Button>
      <div role="status" aria-busy={isPending}>
        {data === null && <p>{t('rules.backtest.none')}</p>}
        {data && <Summary result={data} days={span} />}
      </div>
      {error && <Problem error={error} />}
      {rule && data && data.incidents.length > 0 && (
        <>
          <BacktestTimeline result={data} />
          <Incidents result={data} per={rule.per} />
        </>
      )}
    </section>
  )
}

function Summary({ result, days }: { readonly result: BacktestResponse; readonly days: number }) {
  const { t, integer } = useI18n()
  const { messages, incidents, subjects, evaluated } = result
  const kinds = Object.entries(messages.byKind).map(
    ([kind, n]) => `${t(`now.event.${kind as 'opened'}`)}: ${integer(n)}`,
  )
  return (
    <>
      <p className="rules__result">{t('rules.backtest.sent', { n: messages.total, days })}</p>
      <p className="note">
        {[
          t('rules.backtest.basis', { incidents: incidents.length, subjects, evaluated: integer(evaluated) }),
          ...kinds,
        ].join(' · ')}
      </p>
    </>
  )
}

function Incidents({ result, per }: { readonly result: BacktestResponse; readonly per: AlertRule['per'] }) {
  const i18n = useI18n()
  const { t } = i18n
  const newest = result.incidents.toReversed().map((one) => ({ ...one, id: `${one.subject}${one.startedAt}` }))
  const place = ({ subject, startedAt }: Found) => <Place {...{ subject, per, startedAt }} />
  return (
    <>
      <Rows
        caption={t('rules.backtest.incidents')}
        columns={incidentColumns(place, i18n)}
        rows={newest}
        maxRows={MAX_ROWS}
      />
      {newest.length > MAX_ROWS && <p className="note">{t('rules.backtest.more', { n: newest.length - MAX_ROWS })}</p>}
    </>
  )
}

type PlaceProps = { readonly subject: string; readonly per: AlertRule['per']; readonly startedAt: string }

/** Leads to the map as it was then. */
function Place({ subject, per, startedAt }: PlaceProps) {
  const [state] = useViewState()
  if (per === 'city') return subject
  const time = Date.parse(startedAt)
  const playback = { ...startPlayback(time + HALF_DAY_MS), time }
  return (
    <a
      href={hrefOf({ ...state, view: 'map', select: { type: per, key: subject }, playback })}
      target="_blank"
      rel="noopener"
    >
      {subject}
    </a>
  )
}
