import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type AlertRule, alertRuleSchema } from '#model/alerting/rule.ts'
import { alertRulesResponse, type BacktestResponse, backtestResponse, ruleCheckResponse } from '#model/api/alerts.ts'
import { change, get } from '../http/client.ts'

const SOON = 15_000
const DAY_MS = 86_400_000
/** Between the last key and the question what is wrong with the rule. */
const CHECK_AFTER_MS = 400

export const rulesQuery = queryOptions({
  queryKey: ['rules'],
  queryFn: ({ signal }) => get(alertRulesResponse, '/alert-rules', {}, signal),
  refetchInterval: SOON,
})

/** Reads again what a change of a rule has changed. */
export function useRulesReload(): () => Promise<unknown> {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['rules'] }),
      client.invalidateQueries({ queryKey: ['incidents'] }),
    ])
}

/** Why a rule would never or always fire. */
export const ruleCheckQuery = (rule: AlertRule | null) =>
  queryOptions({
    queryKey: ['rule-check', rule],
    queryFn: () => change(ruleCheckResponse, 'POST', '/alert-rules/check', rule),
    enabled: rule !== null,
    retry: false,
  })

export const runBacktest = (rule: AlertRule, days: number): Promise<BacktestResponse> => {
  const to = Date.now()
  const window = { from: new Date(to - days * DAY_MS).toISOString(), to: new Date(to).toISOString() }
  return change(backtestResponse, 'POST', '/alert-rules/backtest', { rule, ...window })
}

/** The rule once nobody has typed for a moment, if it is one. */
export function useSettledRule(entered: unknown): AlertRule | null {
  const text = JSON.stringify(entered)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), CHECK_AFTER_MS)
    return () => clearTimeout(timer)
  }, [text])
  return alertRuleSchema.safeParse(JSON.parse(settled)).data ?? null
}
