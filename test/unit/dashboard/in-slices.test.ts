/** A long answer is read in slices: the same as at once, and the page answers meanwhile. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { readInSlices } from '#dashboard/src/http/in-slices.ts'

const item = z.object({ type: z.literal('Feature'), name: z.string(), values: z.array(z.number()) })
type Item = z.infer<typeof item>
const START = '{"type":"Feature",'
const LIST = { item, itemStart: START }

async function read(texts: readonly string[]): Promise<unknown> {
  const taken: Item[] = []
  const rest = (await readInSlices(texts, LIST, (items) => {
    taken.push(...items)
  })) as { features: Item[] }
  return { ...rest, features: [...taken, ...rest.features] }
}

/** As they arrive from a network: cut anywhere. */
function cut(text: string, places: readonly number[]): string[] {
  const at = [0, ...places.map((place) => Math.floor(place * text.length)), text.length].toSorted((a, b) => a - b)
  return at.slice(1).map((end, index) => text.slice(at[index], end))
}

// names that look like what separates the items, and make some lists longer than a slice
const name = fc.oneof(
  fc.string(),
  fc.constantFrom(`,${START}`, '"', '\\', '\\"},', ']}', `${START}"name":""}`, 'x'.repeat(40_000)),
)
const items = fc.array(fc.record({ type: fc.constant('Feature' as const), name, values: fc.array(fc.integer()) }))

test('any list cut anywhere is what JSON.parse makes of it', async () => {
  await fc.assert(
    fc.asyncProperty(
      items,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
      fc.boolean(),
      async (features, places, isSpaced) => {
        const answer = { type: 'FeatureCollection', features, total: features.length, note: START }
        const text = JSON.stringify(answer, null, isSpaced ? 1 : undefined)
        expect(await read(cut(text, places))).toEqual(JSON.parse(text))
      },
    ),
    { seed: 1318, numRuns: 200 },
  )
})

const many = (n: number): Item[] =>
  Array.from({ length: n }, (_, index) => ({ type: 'Feature', name: `Station ${index}`, values: [index, index + 1] }))

test('other work is done between two slices', async () => {
  let tasks = 0
  const timer = setInterval(() => {
    tasks += 1
  })
  try {
    // 5 MB, as one text
    await read([JSON.stringify({ features: many(80_000) })])
  } finally {
    clearInterval(timer)
  }
  expect(tasks).toBeGreaterThan(1)
})

test.each([
  [
    'an item that is not as agreed',
    JSON.stringify({ features: [...many(5_000), { type: 'Feature', name: 1 }, ...many(5_000)] }),
  ],
  ['an answer that broke off', JSON.stringify({ features: many(10_000) }).slice(0, -100)],
  ['no JSON', 'Bad gateway'],
  ['nothing', ''],
])('%s is an error', async (_, text) => {
  await expect(read([text])).rejects.toThrow()
})
