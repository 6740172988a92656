/**
 * An attacker of suppressed tables who knows more than linear programming does: that respondents are whole numbers, and the rule by which
 * amounts are suppressed. Small surveys are solved by enumerating every way to fill the cells, larger ones by integer programming
 * over the full cross-classification.
 * Source: Hundepool and others, Statistical Disclosure Control (2012), ch. 4.2 (upper protection levels of the p % rule) and 4.3.
 */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { openHighs } from '#infra/linear-program/highs.ts'
import { cellId } from '#model/statistics/disclosure/linked-tables.ts'
import { createProtector } from '#model/statistics/disclosure/protect-intervals.ts'
import type { Suppression } from '#model/statistics/disclosure/suppression.ts'
import { openRanges, type Range, type Row } from '#test/integer-program.ts'

const CHARACTERISTICS = ['zone', 'sex', 'half'] as const
type Name = (typeof CHARACTERISTICS)[number]
/** zone '' is not stated: no table has it, and totals do */
type Person = Readonly<Record<Name, string>> & { readonly net: 'y' | 'n'; readonly cost: number }
type Group = Readonly<Partial<Record<Name, string>>>
type Suppressed = ReadonlyMap<string, Suppression>

let rangesOf: Awaited<ReturnType<typeof openRanges>>
let protect: ReturnType<typeof createProtector>
/** Fewest respondents of a group that is listed as below the threshold: none, if groups without respondents are listed so too. */
let fewest: number
beforeAll(async () => {
  rangesOf = await openRanges()
  protect = createProtector(await openHighs())
  const two = ['a', 'b'].map((zone, i) => ({ zone, sex: i ? 'f' : 'm', half: '1', net: 'y', cost: 1 }) as const)
  fewest = suppressedIn(two, 3, 'none').has(idOf({ zone: 'a', sex: 'f' })) ? 0 : 1
})

const isIn = (one: Readonly<Record<string, unknown>>, group: Group): boolean =>
  Object.entries(group).every(([name, value]) => one[name] === value)
const idOf = (group: Group): string => cellId(group as Record<string, string>)
const of = (people: readonly Person[], group: Group): Person[] => people.filter((one) => isIn(one, group))

/** The groups of all tables: everybody, by one characteristic, by two. */
function groupsOf(people: readonly Person[]): Group[] {
  const groups = new Map<string, Group>()
  for (const one of people) {
    const stated = CHARACTERISTICS.filter((name) => one[name] !== '')
    const pairs = stated.flatMap((a, i) => stated.slice(i + 1).map((b) => [a, b]))
    for (const names of [[], ...stated.map((name) => [name]), ...pairs]) {
      const group = Object.fromEntries(names.map((name) => [name, one[name]]))
      groups.set(idOf(group), group)
    }
  }
  return [...groups.values()]
}

const levelsOf = (people: readonly Person[], name: Name): string[] =>
  [...new Set(people.map((one) => one[name]))].sort()

function suppressedIn(people: readonly Person[], threshold: number, answers: 'none' | 'net' | 'cost'): Suppressed {
  const profiles = people.map(({ zone, sex, half }) => ({ zone: zone || null, sex, half }))
  const costs = people.map(({ cost }) => cost)
  return protect({
    profiles,
    characteristics: CHARACTERISTICS,
    levels: Object.fromEntries(CHARACTERISTICS.map((name) => [name, levelsOf(people, name).filter(Boolean)])),
    threshold,
    answers:
      answers === 'none'
        ? { kind: 'none' }
        : answers === 'net'
          ? { kind: 'category', categories: 2, of: people.map(({ net }) => (net === 'y' ? 0 : 1)) }
          : { kind: 'amount', of: costs, plain: costs },
  })
}

type Atom = Readonly<Record<Name, string>>

/** Combinations that may exist. The attacker knows of the empty groups, without a table that says so: nobody is both a pupil and over 75. */
function atomsOf(people: readonly Person[], groups: readonly Group[]): Atom[] {
  const listed = new Set(groups.map(idOf))
  const all = levelsOf(people, 'zone').flatMap((zone) =>
    levelsOf(people, 'sex').flatMap((sex) => levelsOf(people, 'half').map((half) => ({ zone, sex, half }))),
  )
  return all.filter((atom) => groupsOf([{ ...atom, net: 'y', cost: 0 }]).every((group) => listed.has(idOf(group))))
}

/** What is published of the number of respondents of a cell, or the reason why it is not. */
function numberOf(people: readonly Person[], group: Group, suppressed: Suppressed, threshold: number): Range {
  const reason = suppressed.get(idOf(group))
  // one reason for all says nothing of any
  const isTold = [...suppressed.values()].includes('below_threshold')
  if (reason !== undefined && !isTold) return { lower: 0, upper: Number.POSITIVE_INFINITY }
  if (reason === 'below_threshold') return { lower: Object.keys(group).length === 0 ? 1 : fewest, upper: threshold - 1 }
  if (reason !== undefined) return { lower: threshold, upper: Number.POSITIVE_INFINITY }
  const n = of(people, group).length
  return { lower: n, upper: n }
}

type Fill = { readonly filled: number[]; readonly sumOf: number[] }

/** The same by trying every way to fill the cells. */
function enumerated(size: number, rows: readonly Row[], sums: readonly (readonly number[])[], most: number): Range[] {
  const each = Array.from({ length: size }, (_, i) => i)
  const rowsOf = each.map((i) => rows.flatMap(({ columns }, r) => (columns.includes(i) ? [r] : [])))
  const lastOf = each.map((i) => rows.flatMap(({ columns }, r) => (Math.max(...columns) === i ? [r] : [])))
  const fill: Fill = { filled: new Array<number>(size).fill(0), sumOf: new Array<number>(rows.length).fill(0) }
  const found = sums.map(() => ({ lower: Number.POSITIVE_INFINITY, upper: Number.NEGATIVE_INFINITY }))
  const note = (): void => {
    for (const [s, columns] of sums.entries()) {
      const value = columns.reduce((sum, column) => sum + (fill.filled[column] ?? 0), 0)
      const { lower, upper } = found[s] ?? { lower: value, upper: value }
      found[s] = { lower: Math.min(lower, value), upper: Math.max(upper, value) }
    }
  }
  const add = (i: number, value: number): void => {
    for (const r of rowsOf[i] ?? []) fill.sumOf[r] = (fill.sumOf[r] ?? 0) + value
  }
  const isComplete = (r: number): boolean => (fill.sumOf[r] ?? 0) >= (rows[r]?.lower ?? 0)
  const from = (i: number): void => {
    if (i === size) {
      note()
      return
    }
    const room = Math.min(most, ...(rowsOf[i] ?? []).map((r) => (rows[r]?.upper ?? most) - (fill.sumOf[r] ?? 0)))
    for (let value = 0; value <= room; value++) {
      fill.filled[i] = value
      add(i, value)
      if ((lastOf[i] ?? []).every(isComplete)) from(i + 1)
      add(i, -value)
    }
    fill.filled[i] = 0
  }
  from(0)
  return found
}

/** Tries every way where there is an end to them: with everything suppressed there may be none. */
function tried(size: number, rows: readonly Row[], sums: readonly (readonly number[])[], most: number): Range[] {
  const isBounded = (i: number): boolean => rows.some(({ columns, upper }) => columns.includes(i) && upper < most + 1)
  const solve = Array.from({ length: size }, (_, i) => i).every(isBounded) ? enumerated : rangesOf
  return solve(size, rows, sums, most)
}

/** docs/surveys.md: 20 % of the number, 2 at least (of an answer 1); half the threshold is enough. */
const widthOf = (n: number, threshold: number, least: number): number =>
  Math.min(Math.max(1, Math.min(threshold - 2, Math.ceil(threshold / 2))), Math.max(least, Math.ceil(0.2 * n)))

const person = (zones: readonly string[]): fc.Arbitrary<Person> =>
  fc.record({
    zone: fc.constantFrom(...zones),
    sex: fc.constantFrom('f', 'f', 'm'),
    half: fc.constantFrom('1', '1', '1', '2'),
    net: fc.constantFrom('y', 'y', 'n'),
    // a few have most
    cost: fc.nat({ max: 40 }).map((of) => Math.round(10 * 1.3 ** of)),
  })
const survey = (zones: readonly string[], minLength: number, maxLength: number, thresholds: readonly number[]) =>
  fc.record({
    people: fc.array(person(zones), { minLength, maxLength }),
    threshold: fc.constantFrom(...thresholds),
  })

type Survey = { readonly people: readonly Person[]; readonly threshold: number }

/** Every suppressed number of respondents, as the attacker finds it. */
function numbers({ people, threshold }: Survey, solve: (atoms: number, rows: Row[], sums: number[][]) => Range[]) {
  const suppressed = suppressedIn(people, threshold, 'none')
  const groups = groupsOf(people)
  const atoms = atomsOf(people, groups)
  const columnsOf = (group: Group): number[] => atoms.flatMap((atom, i) => (isIn(atom, group) ? [i] : []))
  const rows = groups.map((group) => ({ columns: columnsOf(group), ...numberOf(people, group, suppressed, threshold) }))
  const secret = groups.filter((group) => suppressed.has(idOf(group)))
  const sums = secret.map(columnsOf)
  const ranges = solve(atoms.length, rows, sums)
  return secret.map((group, i) => {
    const n = of(people, group).length
    const { lower, upper } = ranges[i] ?? { lower: 0, upper: 0 }
    return { group, n, width: widthOf(n, threshold, 2), lower, upper }
  })
}

test('numbers of respondents: every way to fill the cells of a small survey leaves each suppressed one open', () => {
  let some = 0
  fc.assert(
    fc.property(survey(['a', 'b', ''], 9, 14, [3, 4]), (of) => {
      const found = numbers(of, (size, rows, sums) => tried(size, rows, sums, of.people.length))
      some += found.length
      for (const { group, n, width, lower, upper } of found) {
        expect(lower, idOf(group)).toBeLessThanOrEqual(n)
        expect(upper - lower, `${idOf(group)}, ${n}: ${lower} to ${upper}`).toBeGreaterThanOrEqual(width)
      }
    }),
    { seed: 101, numRuns: 10 },
  )
  expect(some).toBeGreaterThan(10)
})

test('integer programming finds what trying every way finds', () => {
  fc.assert(
    fc.property(survey(['a', 'b'], 12, 18, [3, 4]), (of) => {
      const most = of.people.length
      const all = numbers(of, (...attack) => tried(...attack, most))
      const solved = numbers(of, (...attack) => rangesOf(...attack, most))
      for (const [i, { lower, upper }] of solved.entries()) {
        expect(lower).toBeCloseTo(all[i]?.lower ?? -1, 6)
        expect(upper).toBeCloseTo(all[i]?.upper ?? -1, 6)
      }
    }),
    { seed: 102, numRuns: 10 },
  )
})

test('numbers of respondents of larger surveys are open to integer programming as to linear programming', () => {
  let some = 0
  fc.assert(
    fc.property(survey(['a', 'a', 'b', 'c', 'd', ''], 40, 140, [5, 10]), (of) => {
      const found = numbers(of, (...attack) => rangesOf(...attack, 2 * of.people.length))
      some += found.length
      for (const { group, n, width, lower, upper } of found)
        expect(upper - lower, `${idOf(group)}, ${n}: ${lower} to ${upper}`).toBeGreaterThanOrEqual(width - 1e-6)
    }),
    { seed: 103, numRuns: 15 },
  )
  expect(some).toBeGreaterThan(100)
})

test('answers: how many of a suppressed cell gave one is open, unless the margins alone say it', () => {
  let some = 0
  fc.assert(
    fc.property(survey(['a', 'a', 'b', 'c', ''], 30, 110, [5, 10]), ({ people, threshold }) => {
      const [byNumbers, suppressed] = [suppressedIn(people, threshold, 'none'), suppressedIn(people, threshold, 'net')]
      const groups = groupsOf(people)
      const atoms = atomsOf(people, groups)
      // column 2 i: those of atom i who said yes, 2 i + 1: no
      const yes = (group: Group): number[] => atoms.flatMap((atom, i) => (isIn(atom, group) ? [2 * i] : []))
      const both = (group: Group): number[] => yes(group).flatMap((column) => [column, column + 1])
      // another question that all answered publishes the numbers that are suppressed here for the answers alone
      const known = groups.map(
        (group): Row => ({ columns: both(group), ...numberOf(people, group, byNumbers, threshold) }),
      )
      const said = (group: Group): Row[] => {
        if (suppressed.has(idOf(group))) return []
        const n = of(people, group).filter(({ net }) => net === 'y').length
        return [{ columns: yes(group), lower: n, upper: n }]
      }
      const margins = groups.filter((group) => Object.keys(group).length < 2)
      const secret = groups.filter((group) => suppressed.has(idOf(group)))
      const sums = secret.flatMap((group) => [yes(group), yes(group).map((column) => column + 1)])
      const most = 2 * people.length
      const found = rangesOf(2 * atoms.length, [...known, ...groups.flatMap(said)], sums, most)
      const byMargins = rangesOf(2 * atoms.length, [...known, ...margins.flatMap(said)], sums, most)
      for (const [i, { lower, upper }] of found.entries()) {
        const group = secret[Math.floor(i / 2)] ?? {}
        const answer = i % 2 === 0 ? 'y' : 'n'
        const own = of(people, group).filter(({ net }) => net === answer).length
        const width = widthOf(own, threshold, 1) - 1e-6
        const margin = byMargins[i] ?? { lower: 0, upper: 0 }
        if (margin.upper - margin.lower < width) continue
        some += 1
        expect(upper - lower, `${idOf(group)} ${answer}, ${own}: ${lower} to ${upper}`).toBeGreaterThanOrEqual(width)
      }
    }),
    { seed: 104, numRuns: 10 },
  )
  expect(some).toBeGreaterThan(80)
})

test('amounts: the second largest contributor of a suppressed cell, who knows the rule, infers the largest no closer than 10 %', () => {
  let some = 0
  fc.assert(
    fc.property(survey(['a', 'a', 'b', 'c', 'd', ''], 60, 140, [5, 10]), ({ people, threshold }) => {
      const suppressed = suppressedIn(people, threshold, 'cost')
      const groups = groupsOf(people)
      const atoms = atomsOf(people, groups)
      const columnsOf = (group: Group): number[] => atoms.flatMap((atom, i) => (isIn(atom, group) ? [i] : []))
      const costsOf = (group: Group): number[] =>
        of(people, group)
          .map(({ cost }) => cost)
          .sort((a, b) => b - a)
      const sum = (amounts: readonly number[]): number => amounts.reduce((total, one) => total + one, 0)
      const rows = groups.flatMap((group): Row[] => {
        const total = sum(costsOf(group))
        return suppressed.has(idOf(group)) ? [] : [{ columns: columnsOf(group), lower: total, upper: total }]
      })
      for (const group of groups.filter((one) => suppressed.has(idOf(one)))) {
        const amounts = costsOf(group)
        const [first = 0, second = 0, third = 0] = amounts
        // an amount that three share is nobody's own
        if (first === third) continue
        some += 1
        // it is the second largest, so two are at least as large as its own
        const own: Row = { columns: columnsOf(group), lower: 2 * second, upper: Number.POSITIVE_INFINITY }
        const [range = { lower: 0, upper: 0 }] = rangesOf(
          atoms.length,
          [...rows, own],
          [columnsOf(group)],
          2 * sum(costsOf({})),
          false,
        )
        const most = range.upper - second
        // the rule says how close that may be in a published cell
        const said = `${idOf(group)}, ${amounts.slice(0, 3)} of ${sum(amounts)}: ${range.lower} to ${range.upper}`
        expect(range.lower, said).toBeLessThanOrEqual(sum(amounts) * (1 + 1e-6))
        expect(most, said).toBeGreaterThanOrEqual(1.1 * first - 1e-4 * first)
      }
    }),
    { seed: 105, numRuns: 150 },
  )
  expect(some).toBeGreaterThan(100)
})
