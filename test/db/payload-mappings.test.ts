/** A message that no format reads: stored, described over the API, replayed, stored as observations; new ones at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRegistry } from './registry-fixture.ts'

const SOURCES = [{ name: 'wells', topic: 'wells/#' }] as const
const mapping = {
  device: { level: 2 },
  time: { path: 'at' },
  fields: { level: { property: 'water_level', unit: 'cm' }, fw: null },
}

describe('descriptions of messages', () => {
  let city: Awaited<ReturnType<typeof openRegistry>>
  beforeAll(async () => {
    city = await openRegistry({ sources: SOURCES })
  })
  afterAll(() => city.close())
  const now = Math.floor(Date.now() / 60_000) * 60_000
  const at = (minutesAgo: number): string => new Date(now - minutesAgo * 60_000).toISOString()
  const series = async (): Promise<[string, string, number][]> =>
    (
      await city.pool.query<{ key: string; property: string; result: number }>(
        `select t.key, d.property, round(o.result::numeric, 6)::float8 as result from observation o
         join datastream d on d.id = o.datastream_id join thing t on t.id = d.thing_id order by o.phenomenon_time`,
      )
    ).rows.map(({ key, property, result }) => [key, property, result])

  test('unknown, described, replayed; new messages are read without a restart, and the ledger balances', async () => {
    await city.publish('wells/w-1/data', { at: at(3), level: 182, fw: 7 })
    await city.publish('wells/w-2/data', { at: at(2), level: 95 })
    const rejected = await city.get('/ingest/rejected?topic=wells')
    expect(rejected.reasons).toEqual([{ reason: 'unknown_format', n: 2 }])

    // begins like those that are described, and is none of them
    await city.publish('wells/w-1/alarm/data', { at: at(3), level: 1 })
    const put = await city.call('PUT', '/registry/payloads/wells', { topic: 'wells/+/data', mapping })
    expect(put.statusCode).toBe(200)
    expect(await city.replay({ topicFilter: 'wells/+/data' })).toEqual({ replayed: 2, skippedTruncated: 0 })
    await city.publish('wells/w-1/data', { at: at(1), level: 183 })
    expect(await series()).toEqual([
      ['json:wells.w-1', 'water_level', 1.82],
      ['json:wells.w-2', 'water_level', 0.95],
      ['json:wells.w-1', 'water_level', 1.83],
    ])
    expect((await city.get('/ingest/ledger')).total).toMatchObject({ balanced: true, observationsStored: 3 })
    expect(await city.failing()).toEqual([])
  })

  test('the most specific description of a topic applies; a removed one no longer does', async () => {
    const pump = { device: { level: 3 }, fields: { level: { property: 'water_level', unit: 'm' } } }
    await city.call('PUT', '/registry/payloads/pumps', { topic: 'wells/pumps/+', mapping: pump })
    await city.call('PUT', '/registry/payloads/rest', { topic: 'wells/#', mapping })
    await city.replay({ reason: 'no_source' })
    await city.publish('wells/pumps/p1', { level: 2 })
    expect((await series()).at(-1)).toEqual(['json:pumps.p1', 'water_level', 2])
    expect((await city.call('DELETE', '/registry/payloads/pumps')).statusCode).toBe(204)
    expect((await city.call('DELETE', '/registry/payloads/pumps')).json()).toMatchObject({ code: 'NOT_FOUND' })
    const { payloads } = await city.get('/registry/payloads')
    expect(payloads.map(({ name, topic }: { name: string; topic: string }) => [name, topic])).toEqual([
      ['rest', 'wells/#'],
      ['wells', 'wells/+/data'],
    ])
    const { changes } = await city.get('/registry/changes?subject=pumps')
    expect(changes.map(({ action }: { action: string }) => action)).toEqual(['payload.remove', 'payload.set'])
  })

  test.each<[name: string, body: object, code: string, text: string]>([
    ['a', { topic: '#', mapping }, 'REQUEST_INVALID', 'topic'],
    ['a', { topic: 'a/#/b', mapping }, 'REQUEST_INVALID', 'topic'],
    ['A b', { topic: 'a/b', mapping }, 'REQUEST_INVALID', 'lower-case'],
    [
      'a',
      { topic: 'a/b', mapping: { ...mapping, fields: { t: { property: 'temprature' } } } },
      'REQUEST_INVALID',
      'did you mean \\"temperature',
    ],
    ['a', { topic: 'wells/#', mapping }, 'VALUE_INVALID', 'described by \\"rest\\"'],
  ])('%s %j is refused as %s', async (name, body, code, text) => {
    const answer = await city.call('PUT', `/registry/payloads/${encodeURIComponent(name)}`, body)
    expect(answer.statusCode).toBeLessThan(500)
    expect(answer.body).toContain(text)
    expect(answer.json().code).toBe(code)
  })
})
