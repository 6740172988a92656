import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainStart, plainText, withPlainEscapes } from '#model/text/storable-text.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 40 })
const anyUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units))

describe('plainText', () => {
  test.each([
    ['\ud800', '\ufffd'],
    ['a\udc00b', 'a\ufffdb'],
    ['\ud83d\ude00', '\ud83d\ude00'],
    ['nul\0', 'nul\ufffd'],
    ['\u001b[31mred\u007f\u0085', '\ufffd[31mred\ufffd\ufffd'],
    ['e\u0301', 'e\u0301'], // not composed: names are compared code point by code point
    ['Straße 7', 'Straße 7'],
  ])('%j becomes %j', (text, expected) => {
    expect(plainText(text)).toBe(expected)
  })

  test('whatever it was: well-formed, without control characters, the same when encoded as UTF-8 and back, and final', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, anyUnits), (text) => {
        const plain = plainText(text)
        expect(plain.isWellFormed()).toBe(true)
        expect(/\p{Cc}/u.test(plain)).toBe(false)
        expect(Buffer.from(plain).toString()).toBe(plain)
        expect(plainText(plain)).toBe(plain)
        expect(plain).toHaveLength(text.length)
      }),
      { seed: 7, numRuns: 2_000 },
    )
  })

  test('what is cut does not end in half a character', () => {
    expect(plainStart('ab\ud83d\ude00', 3)).toBe('ab\ufffd')
  })
})

describe('withPlainEscapes', () => {
  test.each([
    ['"\\ud800"', '"\\ufffd"'],
    ['"\\ud83d\\ude00"', '"\\ud83d\\ude00"'],
    ['"\\uDe00\\ud83D"', '"\\ufffd\\ufffd"'],
    ['"\\u0000\\u001b\\b\\f"', '"\\ufffd\\ufffd\\ufffd\\ufffd"'],
    ['"\\n\\r\\t\\u000a\\u0009"', '"\\n\\r\\t\\u000a\\u0009"'],
    // an escaped backslash before what only looks like an escape
    ['"\\\\ud800 \\\\\\\\u0000"', '"\\\\ud800 \\\\\\\\u0000"'],
    ['"\\\\\\ud800"', '"\\\\\\ufffd"'],
  ])('%s becomes %s', (json, expected) => {
    expect(withPlainEscapes(json)).toBe(expected)
  })

  test('every string of the parsed value is storable, and values that are so already stay as they are', () => {
    const strings = (value: unknown): string[] => {
      if (typeof value === 'string') return [value]
      if (typeof value !== 'object' || value === null) return []
      return Object.entries(value).flatMap(([key, each]) => [key, ...strings(each)])
    }
    const isStorable = (text: string): boolean =>
      text.isWellFormed() && ![...text].some((char) => char < ' ' && !'\t\n\r'.includes(char))
    const value = fc.jsonValue({ depthSize: 'small', stringUnit: 'binary' })
    // JSON.stringify escapes what is below U+0020 and single surrogates (ECMA-262, 25.5.2.3)
    fc.assert(
      fc.property(fc.oneof(value, fc.dictionary(anyUnits, anyUnits)), (given) => {
        const json = JSON.stringify(given)
        const read: unknown = JSON.parse(withPlainEscapes(json))
        for (const text of strings(read)) expect(isStorable(text)).toBe(true)
        if (strings(given).every((text) => plainText(text) === text)) expect(read).toEqual(JSON.parse(json))
      }),
      { seed: 8, numRuns: 2_000 },
    )
  })
})
