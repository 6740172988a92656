/** The form of an alert rule: what it shows of a rule is the rule, and whatever is wrong stands at a field. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { draftOf, EMPTY_RULE, ruleOf, withLine } from '#dashboard/src/rules/draft.ts'
import { REGULATED } from '#model/air-quality/standards/schema.ts'
import { type AlertRule, alertRuleSchema } from '#model/alerting/rule.ts'
import { WEEKDAYS } from '#model/alerting/schedule.ts'
import { SEVERITIES } from '#model/alerting/states.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { DOMAINS } from '#model/things/domain.ts'
import { GRADES } from '#model/things/grade.ts'

const straight = [...PROPERTIES.values()].filter(({ circular }) => !circular).map(({ name }) => name)
const property = fc.constantFrom(...straight)
const windowMinutes = fc.oneof(
  fc.constantFrom(5, 10, 15, 30),
  fc.integer({ min: 1, max: 168 }).map((hours) => hours * 60),
)
const word = fc.stringMatching(/^[a-z0-9:_-]{1,20}$/)
const seconds = fc.integer({ min: 0, max: 2_592_000 })
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const condition = fc.oneof(
  fc.record({ kind: fc.constant('value'), property, channel: word }, { requiredKeys: ['kind', 'property'] }),
  fc.record({ kind: fc.constant('mean'), property, windowMinutes }),
  fc.record({ kind: fc.constant('rate'), property, windowMinutes }),
  fc.record({ kind: fc.constant('percentile'), property, windowMinutes, percentile: fc.integer({ min: 1, max: 99 }) }),
  fc.record({ kind: fc.constant('air_index'), scheme: fc.constantFrom('european', 'us_epa') }),
  fc.record(
    {
      kind: fc.constant('legal_threshold'),
      pollutant: fc.constantFrom(...REGULATED),
      per: fc.constantFrom('hour', 'three_hours', 'day_max_8h', 'day'),
      standard: word,
    },
    { requiredKeys: ['kind', 'pollutant', 'per'] },
  ),
  fc.record(
    { kind: fc.constant('indicator'), code: word, dataPoint: word, period: fc.constantFrom('last-24h', 'last-365d') },
    { requiredKeys: ['kind', 'code'] },
  ),
  fc.record({ kind: fc.constant('silence'), of: fc.constantFrom('thing', 'gateway', 'source') }),
  fc.record({ kind: fc.constant('quality'), fault: fc.constantFrom('drift', 'stuck') }),
  fc.record({ kind: fc.constant('system'), measure: fc.constantFrom('ledger_difference', 'disk_used_percent') }),
)
/** Thresholds that rise, or fall, with severity; each level ends a little on the good side of where it begins. */
const ladder = (sign: 1 | -1) =>
  fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 3 }).chain((thresholds) =>
    fc.record({ back: fc.boolean(), own: maybe(seconds), keep: maybe(seconds) }).map(({ back, own, keep }) =>
      thresholds
        .sort((a, b) => sign * (a - b))
        .map((threshold, i) => ({
          ...{ severity: SEVERITIES[i], threshold: threshold / 4 },
          ...(back && { recovery: threshold / 4 - sign * 0.125 }),
          ...(own !== undefined && { forSeconds: own }),
          ...(keep !== undefined && { keepFiringSeconds: keep }),
        })),
    ),
  )
const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 })
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m]) => [h, m].map((n) => String(n).padStart(2, '0')).join(':'))
const rest = fc.record(
  {
    name: fc.stringMatching(/^[A-Za-z][\w é–]{0,30}[a-z]$/),
    description: fc.string({ maxLength: 50 }),
    scope: fc.record(
      {
        things: fc.uniqueArray(word, { minLength: 1, maxLength: 5 }),
        kinds: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
        ...{ domains: some(DOMAINS), grades: some(GRADES) },
        zones: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
    schedule: fc.record({
      windows: fc.array(fc.record({ days: some(WEEKDAYS), from: clock, to: clock }), { minLength: 1, maxLength: 4 }),
    }),
    ...{ forSeconds: seconds, keepFiringSeconds: seconds },
    evidence: fc.record({ suspect: fc.boolean(), unconfirmed: fc.boolean() }),
    noData: fc.record(
      {
        ...{ policy: fc.constantFrom('ignore', 'notify'), severity: fc.constantFrom(...SEVERITIES) },
        afterSeconds: fc.integer({ min: 60, max: 86_400 }),
      },
      { requiredKeys: ['policy', 'severity'] },
    ),
    flapping: fc.record({
      changes: fc.integer({ min: 4, max: 50 }),
      windowMinutes: fc.integer({ min: 5, max: 1_440 }),
    }),
  },
  { requiredKeys: ['name'] },
)
const rule: fc.Arbitrary<AlertRule> = fc
  .tuple(condition, fc.constantFrom('above' as const, 'below' as const), rest, fc.nat())
  .chain(([of, direction, others, pick]) => {
    const isLegal = of.kind === 'legal_threshold'
    const per =
      of.kind === 'indicator' ? ['city', 'zone'] : of.kind === 'air_index' ? ['thing', 'zone', 'city'] : ['thing']
    return (isLegal ? fc.constant([]) : ladder(direction === 'above' ? 1 : -1)).map((levels) =>
      alertRuleSchema.parse({
        ...{ ...others, condition: of, levels, per: per[pick % per.length] },
        direction: isLegal ? 'above' : direction,
      }),
    )
  })

test('a stored rule that is opened in the form and not touched is the same rule', () => {
  fc.assert(
    fc.property(rule, (stored) => {
      expect(alertRuleSchema.parse(ruleOf(draftOf(stored)))).toEqual(stored)
    }),
    { seed: 14, numRuns: 500 },
  )
})

describe('what was typed', () => {
  const entered = (level: object) =>
    ruleOf({ ...EMPTY_RULE, name: 'Noise', levels: EMPTY_RULE.levels.map((one) => ({ ...one, ...level })) })
  const fieldsOf = (value: unknown) => alertRuleSchema.safeParse(value).error?.issues.map(({ path }) => path.join('.'))

  test('may have a decimal comma', () => {
    expect(entered({ threshold: ' 55,5 ' })).toMatchObject({ levels: [{ threshold: 55.5 }] })
  })
  test('is no number: the field says so, and nothing becomes zero', () => {
    expect(fieldsOf(entered({ threshold: 'loud' }))).toEqual(['levels.0.threshold'])
    expect(fieldsOf(entered({ threshold: '' }))).toEqual(['levels.0.threshold'])
    expect(fieldsOf(entered({ threshold: '55', recovery: '5O' }))).toEqual(['levels.0.recovery'])
  })
  test('for another kind of condition is left out', () => {
    const draft = { ...EMPTY_RULE, name: 'Silent', condition: { ...EMPTY_RULE.condition, kind: 'silence' as const } }
    expect(ruleOf({ ...draft, per: 'zone' })).toMatchObject({
      condition: { kind: 'silence', of: 'thing' },
      per: 'thing',
    })
  })
})

test('a suggested line is added once, after those that are there, without empty lines', () => {
  expect(withLine('', 'a')).toBe('a')
  expect(withLine('a\n\n b ', 'c')).toBe('a\nb\nc')
  expect(withLine('a\nb', ' b')).toBe('a\nb')
  expect(withLine('a', ' ')).toBe('a')
})
