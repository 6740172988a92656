/** The part of city life that a device which registers itself belongs to. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { IngestMessage } from '#ingest/message/ingest-message.ts'
import type { NormalSample } from '#ingest/observe/normalise.ts'
import { Registry } from '#ingest/registry/registry.ts'
import { type PropertyName, propertyOf } from '#model/observation/properties.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
})
afterAll(() => db.close())

const sampleOf = (device: string, property: PropertyName): NormalSample => ({
  ...{ device, property, channel: '', unit: propertyOf(property).unit, phenomenonTime: new Date(), result: 1 },
  ...{ quality: 1, reasons: 0, domain: propertyOf(property).domain },
})
let devices = 0
/** Registers a device by one message with these properties, in this order. */
async function domainOf(properties: readonly PropertyName[]): Promise<string | undefined> {
  devices += 1
  const device = `things-stack/d-${devices}`
  const message = { samples: properties.map((property) => sampleOf(device, property)), topic: 'v3/a/devices/d/up' }
  await new Registry().register(db.pool, [message as unknown as IngestMessage])
  const { rows } = await db.pool.query<{ domain: string }>(
    'select t.domain from thing t join thing_device d on d.thing_id = t.id where d.device = $1',
    [device],
  )
  return rows[0]?.domain
}

test('is that of what it measures, whatever it says of its battery and its signal, and in whatever order', async () => {
  const itself = fc.subarray<PropertyName>(['battery_level', 'battery_voltage', 'rssi', 'snr', 'link_quality'])
  const measured = fc.constantFrom<PropertyName>('temperature', 'pm2_5', 'water_level', 'sound_level', 'vehicle_count')
  const orders = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }))
  await fc.assert(
    fc.asyncProperty(itself, measured, orders, async (about, property, stream) => {
      const all = [...about, property].map((each) => [stream.next().value as number, each] as const)
      const shuffled = all.toSorted(([a], [b]) => a - b).map(([, each]) => each)
      expect(await domainOf(shuffled)).toBe(propertyOf(property).domain)
    }),
    { seed: 15, numRuns: 40 },
  )
})

test('is that of its battery where it says nothing else', async () => {
  expect(await domainOf(['battery_level'])).toBe('energy')
})
