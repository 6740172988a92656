import { expect, test } from 'vitest'
import { loadConfig } from '#infra/runtime/config.ts'

test('an empty environment runs everything here, on loopback, simulated', () => {
  expect(loadConfig({})).toMatchObject({
    databaseUrl: undefined,
    mqttUrl: undefined,
    host: '127.0.0.1',
    port: 8080,
    mqttPort: 1883,
    simulate: true,
    backfillDays: 30,
  })
})

test('a broker of its own means no simulator unless it is asked for', () => {
  expect(loadConfig({ MQTT_URL: 'mqtt://broker:1883' }).simulate).toBe(false)
  expect(loadConfig({ MQTT_URL: 'mqtt://broker:1883', SIMULATE: 'on' }).simulate).toBe(true)
})

test('empty variables count as absent', () => {
  expect(loadConfig({ DATABASE_URL: '', PORT: '' })).toMatchObject({ databaseUrl: undefined, port: 8080 })
})

test('every wrong variable is named, and no value that may hold a secret is echoed', () => {
  const read = () => loadConfig({ PORT: '99999', DATABASE_URL: 'mysql://u:hunter2@db/x', CITYWELL_KEY: 'short' })
  expect(read).toThrow(/PORT: .*DATABASE_URL|DATABASE_URL: .*PORT/s)
  expect(read).toThrow(/CITYWELL_KEY: at least 16 characters/)
  expect(read).not.toThrow(/hunter2/)
})
