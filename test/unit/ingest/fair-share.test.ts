import { describe, expect, test } from 'vitest'
import { fairShare } from '#ingest/commit/fair-share.ts'

type Item = { id: string; owner: string; weight: number }
const items = (...list: string[]): Item[] =>
  list.map((text) => {
    const [id = '', weight = '1'] = text.split(':')
    return { id, owner: id[0] ?? '', weight: Number(weight) }
  })
const choose = (list: Item[], maxWeight: number) => {
  const { taken, left } = fairShare(list, {
    maxWeight,
    weightOf: ({ weight }) => weight,
    ownerOf: ({ owner }) => owner,
  })
  return [taken.map(({ id }) => id).join(' '), left.map(({ id }) => id).join(' ')]
}

describe('fairShare', () => {
  test('an owner that floods does not delay one that came last', () => {
    expect(choose(items('a1', 'a2', 'a3', 'a4', 'a5', 'b1'), 3)).toEqual(['a1 a2 b1', 'a3 a4 a5'])
  })

  test('what one owner does not need goes to the others', () => {
    expect(choose(items('a1', 'a2', 'a3', 'a4', 'b1', 'c1'), 5)).toEqual(['a1 a2 a3 b1 c1', 'a4'])
  })

  test('shares are counted in rows, not in messages', () => {
    // a1 has used up 10 rows, so b may have as many before a2 is next
    expect(choose(items('a1:10', 'a2', 'b1:3', 'b2:3', 'b3:3', 'b4:3'), 22)).toEqual(['a1 b1 b2 b3 b4', 'a2'])
  })

  test('alone, an owner gets everything, in order', () => {
    expect(choose(items('a1', 'a2', 'a3'), 2)).toEqual(['a1 a2', 'a3'])
  })

  test('16,384 items are chosen in milliseconds', () => {
    const many = Array.from({ length: 16_384 }, (_, i) => ({ id: `${i}`, owner: `${i % 1000}`, weight: 4 }))
    const used = process.threadCpuUsage()
    const { taken, left } = fairShare(many, {
      maxWeight: 16_384,
      weightOf: ({ weight }) => weight,
      ownerOf: ({ owner }) => owner,
    })
    const { user } = process.threadCpuUsage(used)
    expect([taken.length, left.length]).toEqual([4_096, 12_288])
    expect(user).toBeLessThan(200_000)
  })
})
