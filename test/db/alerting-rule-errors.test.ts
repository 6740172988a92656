/** A rule that cannot be evaluated is in condition `error`, with a reason; all other rules go on. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { alertFigures } from '#api/alerting/figures.ts'
import { openEngines } from '#api/engines.ts'
import { withInstances } from '#api/queries/alert-rules.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { selectRules } from '#domain/alerting/rules.ts'
import { type AlertCity, at, on, openAlertCity } from './alerting-fixture.ts'

let city: AlertCity
beforeAll(async () => {
  city = await openAlertCity()
})
beforeEach(() => city.reset())
afterAll(() => city.close())

/** The rule list: name, condition, reason. */
const listed = async () =>
  (await withInstances(city.pool, await selectRules(city.pool))).map(
    ({ definition, condition, error }) => `${definition.name}: ${condition}${error === null ? '' : ` ${error}`}`,
  )
const realFigures = () =>
  alertFigures(openEngines({ pool: city.pool, microdata: openMicrodata(city.pool), clock: () => on('10:00') }))
const INDEX = { condition: { kind: 'air_index', scheme: 'european' }, levels: [{ severity: 'warning', threshold: 4 }] }
const indicator = (code: string, dataPoint?: string) => ({
  per: 'city',
  condition: { kind: 'indicator', code, ...(dataPoint && { dataPoint }) },
})

test('an indicator, a data point, a Thing, a district and a standard that are not there', async () => {
  await city.things.add('a')
  await city.rule({ name: 'a: particles' })
  await city.rule({ name: 'b: indicator', ...indicator('gone') })
  await city.rule({ name: 'c: data point', ...indicator('EC:ICT:ICT:1C', 'gone') })
  await city.rule({ name: 'd: Thing', scope: { things: ['gone'] } })
  await city.rule({ name: 'e: district', scope: { zones: ['gone'] } })
  const legal = { kind: 'legal_threshold', pollutant: 'no2', per: 'hour', standard: 'gone' }
  await city.rule({ name: 'f: standard', condition: legal, levels: [] })
  await city.rule({ name: 'g: no target', ...indicator('EC:ICT:ICT:1C') })
  await city.things.report('a', [at('10:00'), 90])
  const engine = city.openEngine(city.pool, realFigures())
  await engine.pass(on('10:00'))
  expect(await listed()).toEqual([
    'a: particles: firing',
    'b: indicator: error indicator_unknown',
    'c: data point: error data_point_unknown',
    'd: Thing: error things_gone',
    'e: district: error zones_gone',
    'f: standard: error standard_unknown',
    'g: no target: error target_missing',
  ])
  expect([engine.state, await city.told()]).toEqual(['evaluating', ['opened a']])
  const { rows } = await city.pool.query(`select distinct error_since from alert_rule where error is not null`)
  expect(rows).toEqual([{ error_since: on('10:00') }])
})

test('what it names comes back: it is evaluated again; since when it failed is kept meanwhile', async () => {
  await city.rule({ scope: { things: ['a'] } })
  const engine = city.openEngine()
  for (const time of ['10:00', '10:01']) await engine.pass(on(time))
  const [failing] = await selectRules(city.pool)
  expect(failing).toMatchObject({ error: 'things_gone', errorSince: on('10:00') })
  await city.things.add('a')
  await engine.pass(on('10:02'))
  await city.things.report('a', [at('10:03'), 90])
  await engine.pass(on('10:03'))
  expect([await listed(), await city.open()]).toEqual([['Particles: firing'], ['a warning']])
})

test('a computation that fails is an error of its rules, keeps their incidents, and ends when it works again', async () => {
  await city.things.add('a')
  await city.rule()
  await city.rule({ name: 'Index', ...INDEX })
  const thing = (await city.pool.query<{ id: number }>(`select id from thing where key = 'a'`)).rows[0]?.id ?? -1
  let fails = false
  const noted: (string | null)[] = []
  const engine = city.openEngine(city.pool, {
    airIndex: async () => {
      if (fails) throw new Error('no such table of breakpoints')
      return { things: new Map([[thing, 6]]), zones: new Map(), city: null }
    },
  })
  const next = async (time: string, value: number): Promise<void> => {
    await city.things.report('a', [at(time), value])
    await engine.pass(on(time))
    noted.push((await selectRules(city.pool)).find(({ definition }) => definition.name === 'Index')?.error ?? null)
  }
  await next('10:10', 90)
  fails = true
  await next('11:10', 70)
  // between two hours nothing is computed, and it is not forgotten
  await next('11:11', 70)
  expect(await city.open()).toEqual(['a warning'])
  expect(await city.told()).toEqual(['opened a', 'opened a', 'resolved a'])
  fails = false
  await next('12:10', 70)
  expect(noted).toEqual([null, 'evaluation_failed', 'evaluation_failed', null])
  expect([engine.skipped, await listed()]).toEqual([0, ['Index: firing', 'Particles: normal']])
})

test('what fails because of the database is no error of a rule: the pass is repeated', async () => {
  await city.rule({ name: 'Index', ...INDEX })
  const engine = city.openEngine(city.pool, {
    airIndex: () => Promise.reject(Object.assign(new Error('terminating connection'), { code: '57P01' })),
  })
  await expect(engine.pass(on('10:10'))).rejects.toThrow('terminating')
  expect([engine.state, await listed()]).toEqual(['failing', ['Index: normal']])
})
