import { describe, expect, test } from 'vitest'
import { liveMessages } from '#ingest/announce/live-messages.ts'
import type { Row } from '#ingest/commit/rows.ts'
import { type LiveMessage, liveMessageSchema } from '#model/mqtt/live-feed.ts'

const row = (id: number, time: string, over: { domain?: string; location?: [number, number] } = {}): Row => {
  const { domain = 'air', location } = over
  return {
    part: 0,
    datastream: { id, thingId: 1, thing: 'mast "7"', verified: true, grade: 'low-cost' },
    sample: { property: 'pm2_5', channel: '', result: id + 0.5, domain },
    timeMs: Date.parse(time),
    ...{ quality: 1, reasons: 2, location },
  } as unknown as Row
}
const read = (rows: readonly Row[]): { topic: string; message: LiveMessage }[] =>
  liveMessages(rows).map(({ topic, payload }) => ({ topic, message: liveMessageSchema.parse(JSON.parse(payload)) }))

describe('the live feed', () => {
  test('each observation with its own time, whatever its neighbours have', () => {
    const times = ['2026-05-31T12:00:00.000Z', '2026-05-31T12:00:00.001Z', '2026-05-31T12:00:00.000Z']
    const [first] = read(times.map((time, i) => row(i + 1, time)))
    expect(first).toEqual({
      topic: 'citywell/observations/air',
      message: {
        domain: 'air',
        observations: times.map((phenomenonTime, i) => ({
          ...{ thing: 'mast "7"', datastreamId: i + 1, property: 'pm2_5', channel: '', phenomenonTime },
          ...{ result: i + 1.5, quality: 1, reasons: 2 },
        })),
      },
    })
  })

  test('a message for each domain, 500 observations at most in each; a place where there is one', () => {
    const air = Array.from({ length: 501 }, (_, i) => row(i + 1, '2026-05-31T12:00:00Z'))
    const radio = row(900, '1970-01-01T00:00:00Z', { domain: 'connectivity', location: [13.4, 52.5] })
    const messages = read([...air, radio])
    expect(messages.map(({ topic, message }) => [topic, message.observations.length])).toEqual([
      ['citywell/observations/air', 500],
      ['citywell/observations/air', 1],
      ['citywell/observations/connectivity', 1],
    ])
    expect(messages[2]?.message.observations[0]).toMatchObject({
      phenomenonTime: '1970-01-01T00:00:00.000Z',
      location: [13.4, 52.5],
    })
  })
})
