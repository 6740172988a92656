import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isNestedDeeper, MAX_JSON_NESTING, parseShallow } from '#model/text/nesting.ts'

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

test('the depth of any JSON text is that of what it means, whatever its strings contain', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.string(), fc.integer({ min: 0, max: 10 }), (value, text, limit) => {
      const document = { [text]: [value, `[{${text}"\\]`] }
      for (const json of [JSON.stringify(document), JSON.stringify(document, null, 2)])
        expect(isNestedDeeper(json, limit)).toBe(depthOf(document) > limit)
    }),
    { seed: 11 },
  )
})

test.each(['[', '{"a":'])('what is nested too deep is refused before it is parsed: %s', (open) => {
  const close = open === '[' ? ']' : '}'
  const nested = (depth: number): string => `${open.repeat(depth)}1${close.repeat(depth)}`
  expect(() => parseShallow(nested(MAX_JSON_NESTING + 1))).toThrow('nested deeper than 100')
  expect(() => parseShallow(open.repeat(1_000_000))).toThrow('nested deeper than 100')
  expect(depthOf(parseShallow(nested(MAX_JSON_NESTING)))).toBe(MAX_JSON_NESTING)
})
