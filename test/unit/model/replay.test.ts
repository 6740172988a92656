import { describe, expect, test } from 'vitest'
import { readReplayTopic, replayTopic } from '#model/mqtt/replay-topic.ts'

const now = new Date('2026-05-31T12:00:00Z')
const receivedAt = new Date('2026-05-30T08:00:00.007Z')

describe('the topic of a replay', () => {
  test.each(['city/air/a', '/ESP Easy/BME.280/Temp', 'a', 'a//b/', 'línea\n1'])(
    'carries %j, and when it came',
    (topic) => {
      for (const retained of [false, true]) {
        const kept = { topic, receivedAt, retained }
        expect(readReplayTopic(replayTopic(kept), now)).toEqual(kept)
      }
    },
  )
  test.each([
    'city/air/a',
    'citywell/replay/a',
    'citywell/replay/x/a',
    'citywell/replay/123/',
    'citywell/replayed/1/a',
    'citywell/observations/air',
    // hours ahead of now, and a number that is no date
    `citywell/replay/${now.getTime() + 7_200_000}/a`,
    'citywell/replay/999999999999999/a',
  ])('%s is none', (topic) => expect(readReplayTopic(topic, now)).toBeUndefined())
})
