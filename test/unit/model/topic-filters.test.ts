import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bySpecificity, covers, filterPattern, filterProblem, matches, union } from '#model/mqtt/topic-filters.ts'

// the examples of MQTT 3.1.1, section 4.7
test.each([
  ['sport/tennis/player1/#', 'sport/tennis/player1', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
  ['sport/#', 'sport', true],
  ['#', 'sport/tennis', true],
  ['sport/tennis/+', 'sport/tennis/player1', true],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
  ['sport/+', 'sport', false],
  ['sport/+', 'sport/', true],
  ['+/+', '/finance', true],
  ['/+', '/finance', true],
  ['+', '/finance', false],
  ['#', '$SYS/monitor/Clients', false],
  ['+/monitor/Clients', '$SYS/monitor/Clients', false],
  ['$SYS/#', '$SYS/monitor/Clients', true],
])('%s on %s: %s', (filter, topic, expected) => {
  expect(matches(filter, topic)).toBe(expected)
})

test('the pattern of a filter finds the topics that match it, and no others', () => {
  const level = fc.constantFrom('', 'a', 'b.c', '$x', 'ü', '(', '\\n', '\\\\d', '[^/]*')
  const topics = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
  const filters = fc
    .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 3 }), fc.oneof(level, fc.constantFrom('+', '#')))
    .map(([levels, last]) => [...levels, last].join('/'))
    .filter((filter) => filterProblem(filter) === undefined)
  fc.assert(
    fc.property(filters, topics, (filter, topic) => {
      const { pattern, start } = filterPattern(filter)
      expect(topic.startsWith(start) && new RegExp(pattern).test(topic)).toBe(matches(filter, topic))
    }),
    { seed: 8, numRuns: 3000 },
  )
})

describe('filters', () => {
  test('covers', () => {
    expect(covers('city/#', 'city/+/+')).toBe(true)
    expect(covers('city/+/+', 'city/air/+')).toBe(true)
    expect(covers('city/air/+', 'city/+/+')).toBe(false)
    expect(covers('city/+', 'city/#')).toBe(false)
  })
  test('a filter inside another is not subscribed twice', () => {
    expect(union(['city/#', 'city/air/+', 'tele/#', 'city/#'])).toEqual(['city/#', 'tele/#'])
  })
  test('the more specific filter is asked first', () => {
    expect(['#', 'city/+/+', 'city/air/hall', 'city/air/+', 'city/#'].sort(bySpecificity)).toEqual([
      'city/air/hall',
      'city/air/+',
      'city/+/+',
      'city/#',
      '#',
    ])
  })
})
