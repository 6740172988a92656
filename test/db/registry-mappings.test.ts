/** A field nobody knows: kept, shown, mapped, replayed, stored; and the ledger balances all the way. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRegistry } from './registry-fixture.ts'

const MINUTE_MS = 60_000

describe('unmapped fields', () => {
  let city: Awaited<ReturnType<typeof openRegistry>>
  beforeAll(async () => {
    city = await openRegistry()
  })
  afterAll(() => city.close())
  const at = (minutesAgo: number): string =>
    new Date(Math.floor(Date.now() / 1000) * 1000 - minutesAgo * MINUTE_MS).toISOString()
  const results = async (property: string): Promise<number[]> =>
    (
      await city.pool.query<{ result: number }>(
        'select o.result from observation o join datastream d on d.id = o.datastream_id where d.property = $1 order by o.phenomenon_time',
        [property],
      )
    ).rows.map(({ result }) => result)

  test('publish, listed as unmapped, map, replay, stored, balanced', async () => {
    await city.publish('city/weather/roof', { time: at(3), temperature: 20, Sonnenschein: 512 })
    await city.publish('city/weather/roof', { time: at(2), Sonnenschein: 514 })
    const { fields } = await city.get('/registry/unmapped')
    expect(fields).toEqual([
      {
        field: 'Sonnenschein',
        format: 'native',
        source: 'native',
        devices: 1,
        profiles: [],
        deviceNames: ['key/roof'],
        samples: ['514', '512'],
        firstSeen: expect.any(String),
        lastSeen: expect.any(String),
        n: 2,
        kept: 2,
        mapped: false,
      },
    ])

    const mapping = await city.call('PUT', '/registry/mappings', {
      field: 'Sonnenschein',
      format: 'native',
      property: 'solar_irradiance',
      unit: 'W/m2',
    })
    expect(mapping.json()).toMatchObject({ field: 'Sonnenschein', format: 'native', device: null, channel: '' })
    expect((await city.get('/registry/unmapped')).fields).toMatchObject([{ mapped: true, kept: 2 }])

    expect(await city.replay({ field: 'Sonnenschein' })).toEqual({ replayed: 2, skippedTruncated: 0 })
    expect(await results('solar_irradiance')).toEqual([512, 514])
    // the temperature of the first message came a second time and was recognised
    expect(await results('temperature')).toEqual([20])
    expect((await city.get('/registry/unmapped')).fields).toEqual([])
    const { total } = await city.get('/ingest/ledger')
    expect(total).toMatchObject({
      balanced: true,
      received: 4,
      stored: 3,
      rejected: 1,
      observationsStored: 3,
      observationsDuplicate: 1,
    })
    // the second message named a device that is registered: refused once, stored once
    const day = new Date().toISOString().slice(0, 10)
    expect((await city.get('/ingest/ledger?by=thing&thing=roof')).days).toEqual([
      { thing: 'roof', day, messages: 4, stored: 3, duplicate: 1, conflict: 0, rejected: 2 },
    ])
    expect(await city.failing()).toEqual([])
  })

  test('a message without a time keeps its time of arrival when it is replayed, so nothing of it is stored twice', async () => {
    const before = Date.now()
    await city.publish('city/weather/porch', { temperature: 11, Nebel: 3 })
    const arrived = Date.now()
    await city.call('PUT', '/registry/mappings', { field: 'Nebel', format: 'native', property: 'precipitation' })
    expect(await city.replay({ field: 'Nebel' })).toEqual({ replayed: 1, skippedTruncated: 0 })
    const { rows } = await city.pool.query<{ property: string; result: number; time: Date }>(
      `select d.property, o.result, o.phenomenon_time as time from observation o join datastream d on d.id = o.datastream_id
       join thing t on t.id = d.thing_id where t.key = 'porch' order by 1`,
    )
    expect(rows.map(({ property, result }) => [property, result])).toEqual([
      ['precipitation', 3],
      ['temperature', 11],
    ])
    expect(rows[0]?.time).toEqual(rows[1]?.time)
    expect(rows[0]?.time.getTime()).toBeGreaterThanOrEqual(before)
    expect(rows[0]?.time.getTime()).toBeLessThanOrEqual(arrived)
    // booked under its own source, as if it had come a second time
    const { sources } = await city.get('/ingest/ledger')
    expect(sources.map(({ source }: { source: string }) => source)).toEqual(['native'])
    expect(await city.failing()).toEqual([])
  })

  test('the mapping of a device goes before that of its format; both are read within two seconds', async () => {
    const put = (body: object) => city.call('PUT', '/registry/mappings', body)
    await put({ field: 'Wind', format: 'native', property: 'wind_speed', unit: 'km/h' })
    await put({ field: 'Wind', device: 'key/mast', property: 'wind_speed', unit: 'm/s', channel: 'top' })
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    await city.publish('city/weather/mast', { time: at(1), Wind: 10 })
    await city.publish('city/weather/hill', { time: at(1), Wind: 36 })
    const { rows } = await city.pool.query(
      `select t.key, d.channel, o.result from observation o join datastream d on d.id = o.datastream_id
       join thing t on t.id = d.thing_id where d.property = 'wind_speed' order by t.key`,
    )
    // 36 km/h = 10 m/s
    expect(rows).toEqual([
      { key: 'hill', channel: '', result: 10 },
      { key: 'mast', channel: 'top', result: 10 },
    ])
  })

  test('a mapping by profile holds for the devices of that profile', async () => {
    await city.publish('city/water/gauge', { time: at(2), temperature: 1, Pegel: 210 })
    await city.publish('city/water/other', { time: at(2), temperature: 1, Pegel: 210 })
    await city.call('PATCH', '/registry/things/gauge', { profile: 'pegel-3' })
    // so that a person can be offered it
    expect((await city.get('/registry/unmapped')).fields[0]).toMatchObject({ field: 'Pegel', profiles: ['pegel-3'] })
    await city.call('PUT', '/registry/mappings', {
      field: 'Pegel',
      profile: 'pegel-3',
      property: 'water_level',
      unit: 'cm',
    })
    expect(await city.replay({ field: 'Pegel' })).toMatchObject({ replayed: 2 })
    expect(await results('water_level')).toEqual([2.1])
    // what is still not mapped was kept again
    expect((await city.get('/registry/unmapped')).fields).toMatchObject([{ field: 'Pegel', kept: 1, mapped: false }])
  })

  test('what is said of one device holds for the others of its profile, as long as it is said of all alike', async () => {
    const names = ['probe-1', 'probe-2', 'probe-3', 'stranger']
    const say = async (Feuchte: number) => {
      for (const name of names) await city.publish(`city/weather/${name}`, { time: at(1), temperature: 1, Feuchte })
    }
    await say(50)
    for (const name of names.slice(0, 3)) await city.call('PATCH', `/registry/things/${name}`, { profile: 'probe-v1' })
    await city.call('PUT', '/registry/mappings', {
      field: 'Feuchte',
      device: 'key/probe-1',
      property: 'relative_humidity',
    })
    const learned = {
      field: 'Feuchte',
      format: null,
      profile: 'probe-v1',
      property: 'relative_humidity',
      unit: null,
      channel: '',
    }
    expect((await city.get('/registry/mappings')).learned).toEqual([learned])
    expect(await city.replay({ field: 'Feuchte' })).toMatchObject({ replayed: 4 })
    const stored = async (property: string) =>
      (
        await city.pool.query<{ key: string }>(
          `select t.key from observation o join datastream d on d.id = o.datastream_id join thing t on t.id = d.thing_id
           where d.property = $1 and t.key = any($2) order by 1`,
          [property, names],
        )
      ).rows.map(({ key }) => key)
    expect(await stored('relative_humidity')).toEqual(['probe-1', 'probe-2', 'probe-3'])
    const { fields } = await city.get('/registry/unmapped')
    expect(fields.find(({ field }: { field: string }) => field === 'Feuchte')).toMatchObject({ mapped: false, kept: 1 })
    // the second is another sensor after all: now nothing follows for the third
    await city.call('PUT', '/registry/mappings', { field: 'Feuchte', device: 'key/probe-2', property: 'soil_moisture' })
    expect((await city.get('/registry/mappings')).learned).toEqual([])
    // and what is said of the profile itself goes before anything learned
    await city.call('PUT', '/registry/mappings', { field: 'Feuchte', profile: 'probe-v1', property: 'soil_moisture' })
    expect((await city.get('/registry/mappings')).learned).toEqual([])
  })

  test.each([
    [{ field: 'x', property: 'magic' }, 404, 'PROPERTY_UNKNOWN'],
    [{ field: 'x', property: 'temperature', unit: 'V' }, 422, 'VALUE_INVALID'],
    [{ property: 'temperature' }, 400, 'REQUEST_INVALID'],
  ])('refuses %j', async (body, status, code) => {
    const response = await city.call('PUT', '/registry/mappings', body)
    expect(response.json()).toMatchObject({ status, code })
  })

  test('a mapping can be taken back, and who did what is written down', async () => {
    const { mappings } = await city.get('/registry/mappings')
    const wind = mappings.find((mapping: { device: string | null }) => mapping.device === 'key/mast')
    expect((await city.call('DELETE', `/registry/mappings/${wind.id}`)).statusCode).toBe(204)
    expect((await city.call('DELETE', `/registry/mappings/${wind.id}`)).json()).toMatchObject({ code: 'NOT_FOUND' })
    expect((await city.get('/registry/changes?subject=Wind&limit=1')).changes).toMatchObject([
      { who: 'operator', action: 'mapping.remove', subject: 'Wind', before: { device: 'key/mast' }, after: null },
    ])
  })
})
