import mqtt from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { thingFeatures } from '#model/api/city.ts'
import { liveTopic } from '#model/mqtt/live-feed.ts'
import { until } from '../delivery/until.ts'
import { addThing, authorized, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi({ sharedAnswers: { sharedMs: 600_000 } })
  await until(() => api.live.subscribed(), Boolean)
  await addThing(api.pool, { key: 'a-station' }, 'pm2_5')
})
afterAll(() => api.close())

const names = async () => {
  const { features } = thingFeatures.parse((await api.app.inject('/api/v1/things')).json())
  return features.map(({ properties }) => properties.name)
}

test('a shared list of Things is new after a change by this process, and after values of a new Datastream', async () => {
  expect(await names()).toEqual(['a-station'])
  const datastreamId = await addThing(api.pool, { key: 'b-station' }, 'pm2_5')
  expect(await names()).toEqual(['a-station'])

  const observation = {
    ...{ thing: 'b-station', datastreamId, property: 'pm2_5', channel: '', phenomenonTime: '2026-11-01T11:59:00Z' },
    ...{ result: 7, quality: 1, reasons: 0 },
  }
  const client = await mqtt.connectAsync(api.broker.url)
  await client.publishAsync(liveTopic('air'), JSON.stringify({ domain: 'air', observations: [observation] }))
  await client.endAsync()
  expect(await until(names, (all) => all.length > 1)).toEqual(['a-station', 'b-station'])

  const body = { name: 'At the harbour' }
  const headers = authorized
  const changed = await api.app.inject({ method: 'PATCH', url: '/api/v1/things/b-station', body, headers })
  expect(changed.statusCode).toBe(200)
  expect(await names()).toEqual(['a-station', 'At the harbour'])
})
