/** A rule as the state machine takes it. */
import { expect, test } from 'vitest'
import { compileRule } from '#domain/alerting/compile.ts'
import { conditionOf, initialState, isIdle, observe, suppress } from '#domain/alerting/machine.ts'
import { AIR_STANDARDS } from '#model/air-quality/standards/built-in.ts'
import { alertRuleSchema } from '#model/alerting/rule.ts'

const base = {
  name: 'x',
  condition: { kind: 'value', property: 'pm2_5' },
  levels: [{ severity: 'warning', threshold: 50 }],
}
const compile = (over: object) => compileRule(alertRuleSchema.parse({ ...base, ...over }), { timeZone: 'UTC' })

test('levels take the delays of the rule where they have none', () => {
  const { levels } = compile({
    forSeconds: 60,
    keepFiringSeconds: 120,
    levels: [
      { severity: 'warning', threshold: 50, recovery: 45 },
      { severity: 'critical', threshold: 80, forSeconds: 0 },
    ],
  })
  expect(levels).toEqual([
    { severity: 'warning', threshold: 50, recovery: 45, forMs: 60_000, keepMs: 120_000 },
    { severity: 'critical', threshold: 80, recovery: 80, forMs: 0, keepMs: 120_000 },
  ])
})

test('measurements are missing after three intervals of the Thing, an hour where it has none, or as the rule says', () => {
  expect(compile({}).machineFor(600).noDataMs).toBe(1_800_000)
  expect(compile({}).machineFor(null).noDataMs).toBe(3_600_000)
  expect(compile({ noData: { afterSeconds: 120 } }).machineFor(600).noDataMs).toBe(120_000)
  expect(compile({ condition: { kind: 'silence' } }).machineFor(600).noDataMs).toBeUndefined()
})

test('thresholds of a standard: ozone of 2008/50/EC, information 180 and alert 240 ug/m3 (annex XII)', () => {
  const rule = alertRuleSchema.parse({
    name: 'ozone',
    condition: { kind: 'legal_threshold', pollutant: 'o3', per: 'hour' },
  })
  const standard = AIR_STANDARDS.find(({ key }) => key === 'eu-2008-50')
  const { levels } = compileRule(rule, { timeZone: 'UTC', standard })
  expect(levels.map(({ severity, threshold }) => [severity, threshold])).toEqual([
    ['warning', 180],
    ['critical', 240],
  ])
})

test('what is missing behind a cause is evaluated anew', () => {
  const machine = compile({}).machineFor(600)
  const { state } = observe(machine, initialState(machine), { at: 1, value: 90 })
  const behind = suppress(machine, state)
  expect([isIdle(state), isIdle(behind), conditionOf(behind)]).toEqual([false, true, 'normal'])
  expect(observe(machine, behind, { at: 2, value: 90 }).transitions).toMatchObject([{ event: 'opened' }])
})
