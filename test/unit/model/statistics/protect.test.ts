import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cellId, type Profile } from '#model/statistics/disclosure/linked-tables.ts'
import { protect } from '#model/statistics/disclosure/protect.ts'
import { rankOf } from '#test/rank.ts'

/** So many respondents of each profile. */
const sample = (...of: [n: number, profile: Profile][]): Profile[] =>
  of.flatMap(([n, profile]) => Array.from({ length: n }, () => profile))

describe('one characteristic', () => {
  test('a small cell takes the next smallest with it', () => {
    const held = protect(sample([40, { z: 'a' }], [30, { z: 'b' }], [12, { z: 'c' }], [4, { z: 'd' }]), ['z'], 10)
    expect([...held]).toEqual([
      [cellId({ z: 'd' }), 'below_threshold'],
      [cellId({ z: 'c' }), 'complementary'],
    ])
  })
  test('two small cells whose sum is small too take a third: 3 + 4 < 10', () => {
    const held = protect(sample([40, { z: 'a' }], [30, { z: 'b' }], [4, { z: 'c' }], [3, { z: 'd' }]), ['z'], 10)
    expect(held.get(cellId({ z: 'b' }))).toBe('complementary')
    expect(held.size).toBe(3)
  })
  test('nothing small, nothing hidden', () => {
    expect(protect(sample([40, { z: 'a' }], [10, { z: 'b' }]), ['z'], 10).size).toBe(0)
  })
  test('who did not state it is no cover: the only stated small cell still takes another', () => {
    const held = protect(sample([40, { z: 'a' }], [30, { z: 'b' }], [4, { z: 'c' }], [2, { z: null }]), ['z'], 10)
    expect(held.has(cellId({ z: 'b' }))).toBe(true)
  })
})

describe('linked tables', () => {
  test('a zone that is hidden alone cannot be had from the table of zone by sex', () => {
    const held = protect(
      sample(
        [20, { z: 'a', s: 'f' }],
        [20, { z: 'a', s: 'm' }],
        [15, { z: 'b', s: 'f' }],
        [15, { z: 'b', s: 'm' }],
        [4, { z: 'c', s: 'f' }],
        [4, { z: 'c', s: 'm' }],
      ),
      ['z', 's'],
      10,
    )
    expect(held.get(cellId({ z: 'c' }))).toBe('below_threshold')
    expect(held.get(cellId({ z: 'b' }))).toBe('complementary')
    const rowOfB = [cellId({ z: 'b', s: 'f' }), cellId({ z: 'b', s: 'm' })]
    expect(rowOfB.some((id) => held.has(id))).toBe(true)
  })
})

/** The attacker's unknowns: the cells of the full cross-classification. Every published figure is a sum of some. */
function attack(levels: Record<string, string[]>, profiles: readonly Profile[], held: ReadonlyMap<string, unknown>) {
  const names = Object.keys(levels)
  const atoms = names.reduce<Record<string, string>[]>(
    (all, name) => all.flatMap((atom) => (levels[name] ?? []).map((value) => ({ ...atom, [name]: value }))),
    [{}],
  )
  const groups: Record<string, string>[] = [{}]
  names.forEach((a, i) => {
    for (const x of levels[a] ?? []) {
      groups.push({ [a]: x })
      for (const b of names.slice(i + 1)) for (const y of levels[b] ?? []) groups.push({ [a]: x, [b]: y })
    }
  })
  const vector = (group: Record<string, string>): number[] =>
    atoms.map((atom) => (Object.entries(group).every(([name, value]) => atom[name] === value) ? 1 : 0))
  const nOf = (group: Record<string, string>): number =>
    profiles.filter((profile) => Object.entries(group).every(([name, value]) => profile[name] === value)).length
  const secret = groups.filter((group) => held.has(cellId(group)) && nOf(group) > 0)
  const published = groups.filter((group) => !held.has(cellId(group))).map(vector)
  const rank = rankOf(published)
  return secret.filter((group) => rankOf([...published, vector(group)]) === rank)
}

test('property: no suppressed cell is a linear combination of everything published', () => {
  const levels = { a: ['1', '2', '3', '4'], b: ['x', 'y', 'z'], c: ['p', 'q'] }
  const profile = fc.record({
    a: fc.constantFrom(...levels.a, '1', '1', '2'),
    b: fc.constantFrom(...levels.b, 'x', 'x'),
    c: fc.constantFrom(...levels.c, 'p'),
  })
  let some = 0
  fc.assert(
    fc.property(
      fc.array(fc.tuple(profile, fc.integer({ min: 1, max: 30 })), { minLength: 2, maxLength: 24 }),
      fc.integer({ min: 3, max: 10 }),
      (rows, threshold) => {
        const profiles = rows.flatMap(([one, n]) => Array.from({ length: n }, () => one))
        const held = protect(profiles, ['a', 'b', 'c'], threshold)
        some += held.size
        expect(attack(levels, profiles, held)).toEqual([])
      },
    ),
    { numRuns: 150, seed: 20_261 },
  )
  expect(some).toBeGreaterThan(100)
})

test('property: whatever is published rests on the threshold, and the order of respondents does not matter', () => {
  const profile = fc.record({
    a: fc.constantFrom('1', '2', '3', null),
    b: fc.constantFrom('x', 'y', 'z'),
  })
  fc.assert(
    fc.property(fc.array(profile, { minLength: 1, maxLength: 120 }), (profiles) => {
      const held = protect(profiles, ['a', 'b'], 10)
      expect(new Map(protect([...profiles].reverse(), ['b', 'a'], 10))).toEqual(held)
      for (const x of ['1', '2', '3']) {
        const n = profiles.filter(({ a }) => a === x).length
        if (n > 0 && n < 10) expect(held.get(cellId({ a: x }))).toBe('below_threshold')
      }
    }),
    { numRuns: 100, seed: 5 },
  )
})

test('the demo survey: nine characteristics, all 36 pairs, in reasonable time and with every one-way table whole', () => {
  const path = new URL('../../../../simulators/cities/demo/surveys/households-2026/responses.csv', import.meta.url)
  const [header = '', ...rows] = readFileSync(path, 'utf8').trim().split('\n')
  const columns = header.split(',')
  const names = [
    'zone',
    'sex',
    'age_group',
    'education',
    'income_quintile',
    'disability',
    'migration',
    'tenure',
    'settlement',
  ]
  const profiles = rows.map((row) => {
    const cells = row.split(',')
    return Object.fromEntries(names.map((name) => [name, cells[columns.indexOf(name)] ?? null]))
  })
  const start = process.threadCpuUsage().user
  const held = protect(profiles, names, 10)
  // of computing, in microseconds
  expect(process.threadCpuUsage().user - start).toBeLessThan(5_000_000)
  // no zone and no group is so small that a one-way table loses a cell
  expect([...held.keys()].filter((id) => Object.keys(JSON.parse(id)).length < 2)).toEqual([])
  expect(held.size).toBeGreaterThan(0)
  expect(held.size).toBeLessThan(120)
})
