import { describe, expect, test } from 'vitest'
import { createRateLimit } from '#api/http/rate-limit.ts'
import { aggregateTopic, type PlacedRating } from '#api/voices/aggregates.ts'
import { plainCode } from '#model/basics/personal-code.ts'
import { personalTraces, tidyComment } from '#model/voices/voice.ts'

const limit = (options: { perAddress?: number; overall?: number } = {}) => {
  let ms = 0
  const clock = () => new Date(ms)
  return {
    ...createRateLimit({ perAddress: 2, overall: 100, windowMs: 60_000, clock, ...options }),
    at: (seconds: number) => {
      ms = seconds * 1000
    },
  }
}

describe('a rate limit', () => {
  test('tells how long to wait, and forgets with the window', () => {
    const one = limit()
    expect([one.take('192.0.2.1'), one.take('192.0.2.1')]).toEqual([null, null])
    one.at(15)
    expect(one.take('192.0.2.1')).toBe(45)
    expect(one.take('192.0.2.2')).toBeNull()
    one.at(60)
    expect(one.take('192.0.2.1')).toBeNull()
  })
  test.each([
    ['one /64 of IPv6 is one household', '2001:db8:1:2:aaaa::1', '2001:0db8:0001:0002:bbbb:cccc:0:9', 1],
    ['another /64 is another', '2001:db8:1:2::1', '2001:db8:1:3::1', null],
    ['IPv4 within IPv6 is IPv4', '::ffff:192.0.2.7', '192.0.2.7', 1],
    ['two of IPv4 are two', '192.0.2.7', '192.0.2.8', null],
  ])('%s', (_, first, second, wait) => {
    const one = limit({ perAddress: 1 })
    expect(one.take(first)).toBeNull()
    expect(one.take(second) === null).toBe(wait === null)
  })
  test('holds for all addresses together', () => {
    const one = limit({ overall: 3 })
    const answers = ['a', 'b', 'c', 'd'].map((address) => one.take(address))
    expect(answers).toEqual([null, null, null, 60])
  })
})

describe('disclosure control of voices', () => {
  const zone = (key: string, n: number): PlacedRating[] =>
    Array.from({ length: n }, () => ({ topic: 'air', kind: 'zone', key, rating: 4 }))
  const shown = (ratings: PlacedRating[], threshold: number) => {
    const { city, places } = aggregateTopic('air', ratings, ['a', 'b', 'c', 'd'], threshold)
    return {
      city: city.n,
      ...Object.fromEntries(places.map(({ place, n, suppressed }) => [place.key, n ?? suppressed])),
    }
  }
  test('one hidden place takes the smallest other with it: 50 - 20 - 15 would give it away', () => {
    expect(shown([...zone('a', 20), ...zone('b', 15), ...zone('c', 9)], 10)).toEqual({
      city: 44,
      a: 20,
      b: 'complementary',
      c: 'below_threshold',
      d: 'below_threshold',
    })
  })
  test('two hidden places that are together enough hide each other', () => {
    expect(shown([...zone('a', 20), ...zone('b', 6), ...zone('c', 7)], 10)).toMatchObject({
      city: 33,
      a: 20,
      b: 'below_threshold',
      c: 'below_threshold',
    })
  })
  test('a small cell is not even listed', () => {
    const cell: PlacedRating = { topic: 'air', kind: 'cell', key: '8739336acffffff', rating: 1 }
    expect(shown([...zone('a', 20), cell], 10)).not.toHaveProperty('8739336acffffff')
  })
})

describe('words', () => {
  test.each([
    ['The bus 28 costs 2.50 and comes every 15 minutes', []],
    ['No. 12, since 2019', []],
    ['a@b.eu', ['email']],
    ['(21) 345-67-89', ['phone']],
    ['٠١٢٣٤٥٦٧٨', ['phone']],
    ['www.example.org', ['link']],
  ])('"%s" holds %j', (text, traces) => {
    expect(personalTraces(text)).toEqual(traces)
  })
  test('a comment keeps its lines and loses what cannot be seen', () => {
    expect(tidyComment('  a\u0007b\u202e\n\n\n\nc ')).toBe('ab\n\nc')
  })
  test('a code may be typed in any case, with O for 0 and l for 1', () => {
    expect(plainCode('oabc-l2i4 efgh-0000')).toBe('0ABC1214EFGH0000')
  })
})
