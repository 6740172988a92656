/** A brief states only what its data carry: sign, size, significance and coverage of every sentence. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reportText } from '#api/reports/report-text.ts'
import type { BriefChange } from '#model/api/brief.ts'
import { changesOf, incomparable, largest, type Pair } from '#model/brief/changes.ts'
import { sentenceOf } from '#model/brief/sentences.ts'
import type { DataPointValue, Direction } from '#model/indicators/catalogue/schema.ts'
import { BUILT_IN_LANGUAGES, localeOf } from '#model/text/languages.ts'

const seed = 20261130
type Figure = { readonly value: number | null; readonly standardError: number | null }

const figureOf = ({ value, standardError }: Figure, ref?: string): DataPointValue => ({
  ...{ dataPoint: '', name: 'Share', value, unit: '%', interval: null, standardError, score: null, own: null },
  ...{ origin: 'surveyed', simulated: false, dataCapture: null, n: null, missing: null },
  evidence:
    ref === undefined ? null : { label: '', value, unit: '%', method: 'percent', origin: 'surveyed', version: 1, ref },
})
const pairOf = (before: Figure, now: Figure, direction: Direction = 'higher', code = 'A'): Pair => ({
  indicator: { code, name: code, direction, dataPoints: [] },
  point: { id: '', name: '', benchmark: 100 },
  ...{ before: figureOf(before), now: figureOf(now), partial: false },
})

const figure = fc.record({
  value: fc.option(fc.double({ min: 0.5, max: 99, noNaN: true })),
  standardError: fc.option(fc.double({ min: 0.01, max: 8, noNaN: true })),
})
const direction = fc.constantFrom<Direction>('higher', 'lower', 'none')
const pairs = fc
  .array(fc.tuple(figure, figure, direction), { maxLength: 30 })
  .map((all) => all.map(([before, now, way], i) => pairOf(before, now, way, `K${i}`)))

const pairBehind = ({ code }: BriefChange, own: readonly Pair[]): Pair | undefined =>
  own.find(({ indicator }) => indicator.code === code)

function agrees(change: BriefChange, own: readonly Pair[]): void {
  const pair = pairBehind(change, own)
  const rose = (pair?.now.value ?? 0) > (pair?.before.value ?? 0)
  expect(change.change > 0).toBe(rose)
  if (change.verdict !== 'better' && change.verdict !== 'worse') return
  const good = pair?.indicator.direction === 'higher' ? rose : !rose
  expect(change.verdict).toBe(good ? 'better' : 'worse')
  const [low, high] = change.interval ?? [0, 0]
  expect(low > 0 || high < 0).toBe(true)
  expect(change.adjustedP).toBeLessThanOrEqual(0.05)
}

describe('changes of any city', () => {
  test('better and worse agree with sign and direction, and their interval excludes zero', () => {
    fc.assert(
      fc.property(pairs, (own) => {
        for (const change of changesOf(own)) agrees(change, own)
      }),
      { seed },
    )
  })

  test('without a standard error on both sides nothing is stated about chance', () => {
    fc.assert(
      fc.property(pairs, (own) => {
        for (const change of changesOf(own)) {
          const pair = pairBehind(change, own)
          const known = pair?.before.standardError !== null && pair?.now.standardError !== null
          expect(change.verdict === 'uncertainty_unknown').toBe(!known)
        }
      }),
      { seed },
    )
  })

  test('where nothing changed, a brief finds a change in one of twenty at most', () => {
    // 400 cities with 40 indicators each that did not change: normal errors, and at 5 % at most 20 false findings are expected
    let state = seed
    const random = (): number => {
      state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
      return (state + 0.5) / 2 ** 32
    }
    const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
    const figureAround = (mean: number): Figure => ({ value: mean + 2 * normal(), standardError: 2 })
    let found = 0
    for (let city = 0; city < 400; city++) {
      const own = Array.from({ length: 40 }, (_, i) => pairOf(figureAround(50), figureAround(50), 'higher', `K${i}`))
      if (changesOf(own).some(({ verdict }) => verdict === 'better' || verdict === 'worse')) found += 1
    }
    // three standard errors of a binomial of 400 and 0.05: 20 + 3 sqrt(19)
    expect(found).toBeLessThanOrEqual(33)
    expect(found).toBeGreaterThan(3)
  })

  test('Holm: 0.01, 0.03 and 0.04 of four are 0.04, 0.09 and 0.09 (R: p.adjust)', () => {
    // z of p = 0.01, 0.04, 0.03, 0.2 (R: qnorm(1 - p / 2))
    const zs = [2.575829303548901, 2.053748910631823, 2.17009037758456, 1.281551565544601]
    const own = zs.map((z, i) =>
      pairOf({ value: 50, standardError: 3 }, { value: 50 + 5 * z, standardError: 4 }, 'higher', `K${i}`),
    )
    const found = changesOf(own)
    expect(found.map(({ adjustedP }) => Number(adjustedP?.toFixed(9)))).toEqual([0.04, 0.09, 0.09, 0.2])
    expect(found.map(({ verdict }) => verdict)).toEqual(['better', ...new Array(3).fill('not_distinguishable')])
  })
})

describe('what is not compared', () => {
  const some: Figure = { value: 50, standardError: 1 }
  const none: Figure = { value: null, standardError: null }
  test('missing values, one source for both periods, and what is measured in a period that is not over', () => {
    const reason = (before: DataPointValue, now: DataPointValue, partial = false) =>
      incomparable({ before, now, partial })
    expect(reason(figureOf(none), figureOf(some))).toBe('missing_before')
    expect(reason(figureOf(some), figureOf(none))).toBe('missing_now')
    expect(reason(figureOf(some, 'survey a'), figureOf(some, 'survey a'))).toBe('same_source')
    expect(reason(figureOf(some, 'survey a'), figureOf(some, 'survey b'))).toBeUndefined()
    const measured: DataPointValue = { ...figureOf(some, 'datastream 1'), origin: 'measured' }
    expect(reason(measured, measured, true)).toBe('partial')
    expect(reason(measured, measured)).toBeUndefined()
  })
  test('what is not compared is no change', () => {
    expect(changesOf([pairOf(none, some), pairOf(some, none)])).toEqual([])
  })
})

test('at most five are listed, the largest relative change first', () => {
  const own = [1, 2, 3, 4, 5, 6, 7].map((k) =>
    pairOf({ value: 50, standardError: 0.1 }, { value: 50 + k, standardError: 0.1 }, 'higher', `K${k}`),
  )
  expect(largest(changesOf(own), 'better', 5).map(({ change }) => Math.round(change))).toEqual([7, 6, 5, 4, 3])
})

const languages = BUILT_IN_LANGUAGES.map((language) => {
  const text = reportText(language)
  const quantity = (value: number, unit: string): string => `${text.number(value)} ${unit}`
  const speaker = {
    ...{ t: text.t, number: text.number, score: text.percent, quantity, difference: quantity },
    list: (items: readonly string[]) => new Intl.ListFormat(localeOf(language)).format(items),
    indicator: ({ name }: Pick<BriefChange, 'name'>) => name,
  }
  return { language, text, speaker }
})
/** The verb of a change in each language, as a reader of the language expects it. */
const VERBS: Readonly<Record<string, { readonly rose: RegExp; readonly fell: RegExp }>> = {
  en: { rose: /\brose\b/, fell: /\bfell\b/ },
  fr: { rose: /augmenté/, fell: /diminué/ },
  es: { rose: /subió/, fell: /bajó/ },
  ar: { rose: /ارتفع/, fell: /انخفض/ },
  'zh-Hans': { rose: /上升/, fell: /下降/ },
  ru: { rose: /рост/, fell: /снижение/ },
}
const GOOD: Readonly<Record<string, RegExp>> = {
  ...{ en: /^Better/, fr: /^Mieux/, es: /^Mejor/, ar: /^تحسّن/, 'zh-Hans': /^改善/, ru: /^Лучше/ },
}

test.each(languages)(
  'in $language a sentence says what the change is: direction, verdict and sizes',
  ({ language, text, speaker }) => {
    const verbs = VERBS[language]
    const sentenceAgrees = (change: BriefChange): void => {
      const sentence = sentenceOf({ code: change.verdict === 'better' ? 'improved' : 'declined', change }, speaker)
      const rose = change.now > change.before
      expect(verbs?.[rose ? 'rose' : 'fell'].test(sentence)).toBe(true)
      expect(verbs?.[rose ? 'fell' : 'rose'].test(sentence)).toBe(false)
      expect(GOOD[language]?.test(sentence)).toBe(change.verdict === 'better')
      const sizes = (change.interval ?? []).map(Math.abs).toSorted((x, y) => x - y)
      let at = 0
      for (const size of [Math.abs(change.now - change.before), ...sizes, change.before, change.now]) {
        at = sentence.indexOf(text.number(size), at)
        expect(at, `${text.number(size)} in ${sentence}`).toBeGreaterThanOrEqual(0)
      }
    }
    fc.assert(
      fc.property(pairs, (own) => {
        for (const change of changesOf(own))
          if (change.verdict === 'better' || change.verdict === 'worse') sentenceAgrees(change)
      }),
      { seed, numRuns: 60 },
    )
  },
)
