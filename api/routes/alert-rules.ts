import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { backtest } from '#domain/alerting/backtest/backtest.ts'
import { checkRule } from '#domain/alerting/check-rule.ts'
import type { Figures } from '#domain/alerting/engine/derived-rules.ts'
import { changeRule, createRule, deleteRule, enableRule, requireRule, selectRules } from '#domain/alerting/rules.ts'
import type { AirStandard } from '#model/air-quality/standards/schema.ts'
import { type AlertRule, alertRuleSchema } from '#model/alerting/rule.ts'
import type { RuleProblem } from '#model/alerting/rule-problem.ts'
import {
  alertRuleResponse,
  alertRulesResponse,
  backtestRequest,
  backtestResponse,
  ruleCheckResponse,
} from '#model/api/alerts.ts'
import { AppError } from '#model/basics/errors.ts'
import { backtestAnswer } from '../alerting/backtest-answer.ts'
import { DAY_MS, readWindow } from '../http/params.ts'
import { ProblemError } from '../http/problem-error.ts'
import { withInstances } from '../queries/alert-rules.ts'
import type { ApiDeps } from './deps.ts'

const tags = ['alerts']
const DEFAULT_BACKTEST_MS = 30 * DAY_MS
const MAX_BACKTEST_MS = 366 * DAY_MS
const byId = z.object({ id: z.string().min(1).max(64) })
const enabledBody = z.strictObject({ enabled: z.boolean() })

type Deps = Pick<ApiDeps, 'pool' | 'clock'> & {
  /** the air quality standard that a rule on legal thresholds names, or the one that applies */
  readonly standardOf: (key: string | undefined) => Promise<AirStandard | undefined>
  readonly figures: Figures
}

export const alertRuleRoutes =
  ({ pool, clock, standardOf, figures }: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    const check = (rule: AlertRule): Promise<void> => requireUsable(rule, { pool, standardOf })
    const answer = async (id: string) => {
      const [rule] = await withInstances(pool, [await requireRule(pool, id)])
      if (!rule) throw new AppError('RULE_UNKNOWN', id)
      return rule
    }
    app.get(
      '/alert-rules',
      {
        schema: {
          tags,
          summary: 'All alert rules, with how many of their instances are not normal',
          response: { 200: alertRulesResponse },
        },
      },
      async () => ({ rules: await withInstances(pool, await selectRules(pool)) }),
    )
    app.get(
      '/alert-rules/:id',
      { schema: { tags, summary: 'One alert rule', params: byId, response: { 200: alertRuleResponse } } },
      ({ params }) => answer(params.id),
    )
    app.post(
      '/alert-rules',
      {
        schema: {
          tags,
          summary: 'Create an alert rule; one that would never or always fire is refused',
          body: alertRuleSchema,
          response: { 201: alertRuleResponse },
        },
      },
      async ({ actor, body }, reply) => {
        await check(body)
        const { id } = await createRule(pool, body, actor)
        return reply.status(201).send(await answer(id))
      },
    )
    app.post(
      '/alert-rules/check',
      {
        schema: {
          tags,
          summary: 'Why a rule would never or always fire, before it is saved',
          body: alertRuleSchema,
          response: { 200: ruleCheckResponse },
        },
      },
      async ({ body }) => ({ problems: (await problemsOf(body, { pool, standardOf })).map(finite) }),
    )
    app.post(
      '/alert-rules/backtest',
      {
        schema: {
          tags,
          summary: 'What a rule would have done in the past, before it is saved',
          description:
            'The state machine of the engine over what is stored, up to a year. Causes that merge incidents, silences, quiet hours and grouping are not part of it.',
          body: backtestRequest,
          response: { 200: backtestResponse },
        },
      },
      async ({ body: { rule, ...query } }) => {
        const window = readWindow(query, clock(), DEFAULT_BACKTEST_MS)
        if (window.to.getTime() - window.from.getTime() > MAX_BACKTEST_MS)
          throw new AppError('QUERY_TOO_LARGE', `from = ${window.from.toISOString()}: a backtest covers a year at most`)
        await check(rule)
        return backtestAnswer(await backtest(pool, rule, window, figures), window)
      },
    )
    app.put(
      '/alert-rules/:id',
      {
        schema: {
          tags,
          summary: 'Replace an alert rule; its open incidents are closed as rule_changed',
          params: byId,
          body: alertRuleSchema,
          response: { 200: alertRuleResponse },
        },
      },
      async ({ actor, params, body }) => {
        await requireRule(pool, params.id)
        await check(body)
        await changeRule(pool, params.id, body, { by: actor, now: clock() })
        return answer(params.id)
      },
    )
    app.patch(
      '/alert-rules/:id',
      {
        schema: {
          tags,
          summary: 'Pause or resume an alert rule; pausing closes its open incidents as rule_paused',
          params: byId,
          body: enabledBody,
          response: { 200: alertRuleResponse },
        },
      },
      async ({ actor, params, body }) => {
        await enableRule(pool, params.id, body.enabled, { by: actor, now: clock() })
        return answer(params.id)
      },
    )
    app.delete(
      '/alert-rules/:id',
      {
        schema: {
          tags,
          summary: 'Delete an alert rule; its open incidents are closed as rule_removed',
          params: byId,
          response: { 204: z.null().describe('deleted') },
        },
      },
      async ({ actor, params }, reply) => {
        await deleteRule(pool, params.id, { by: actor, now: clock() })
        return reply.status(204).send(null)
      },
    )
  }

type Known = Pick<Deps, 'pool' | 'standardOf'>

async function problemsOf(rule: AlertRule, { pool, standardOf }: Known): Promise<RuleProblem[]> {
  const { condition } = rule
  const standard = condition.kind === 'legal_threshold' ? await standardOf(condition.standard) : undefined
  return checkRule(pool, rule, standard)
}

/** @throws ProblemError VALUE_INVALID naming field, value and reason of every problem */
async function requireUsable(rule: AlertRule, known: Known): Promise<void> {
  const problems = await problemsOf(rule, known)
  if (problems.length === 0) return
  const fields = problems.map(({ field, value, problem }) => ({ field, value, problem }))
  throw new ProblemError('VALUE_INVALID', problems.map(sentenceOf).join('; '), fields)
}

const sentenceOf = ({ field, value, problem }: RuleProblem): string =>
  `${field}${value === null ? '' : ` = ${value}`}: ${problem}`

/** JSON has no infinity. */
const finite = (problem: RuleProblem): RuleProblem => ({
  ...problem,
  values: Object.fromEntries(
    Object.entries(problem.values).map(([name, value]) => [
      name,
      typeof value === 'number' && !Number.isFinite(value) ? null : value,
    ]),
  ),
})
