/** Reports in any script that Citywell has: what is printed can be read again, in the order in which it was written. */
import { readFileSync } from 'node:fs'
import bidiFactory from 'bidi-js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { piecesOf } from '#api/reports/pdf/bidi.ts'
import { runsOf } from '#api/reports/pdf/fonts.ts'
import { typeset } from '#api/reports/pdf/mirror.ts'
import { createPdf, MARGIN } from '#api/reports/pdf/page.ts'
import { openWoff } from '#api/reports/pdf/woff.ts'
import type { BuiltInLanguage } from '#model/text/languages.ts'
import { linesOf } from '#test/pdf.ts'
import ar from '../../../../api/reports/messages/ar.json' with { type: 'json' }
import ru from '../../../../api/reports/messages/ru.json' with { type: 'json' }
import zhHans from '../../../../api/reports/messages/zh-Hans.json' with { type: 'json' }

const page = (language: BuiltInLanguage, content: object[]): Promise<Buffer> =>
  createPdf({ title: 'Test', subject: '', language, margins: [MARGIN, MARGIN, MARGIN, MARGIN], content })

/** Letters of one script without marks, which readers may state in another order. */
const lettersOf = (text: string, script: RegExp): string => text.normalize('NFC').match(script)?.join('') ?? ''

describe('all messages of a report, printed and read again', () => {
  test.each([
    ['ar', ar, /(?!\p{M})\p{Script=Arabic}/gu],
    ['zh-Hans', zhHans, /\p{Script=Han}/gu],
    ['ru', ru, /\p{Script=Cyrillic}/gu],
  ] as const)('%s', async (language, messages, script) => {
    // placeholders are names of values, not words
    const texts = Object.values(messages).filter((text) => !text.includes('{'))
    expect(texts.length).toBeGreaterThan(50)
    const lines = await linesOf(
      await page(
        language,
        texts.map((text) => ({ text })),
      ),
    )
    const isRightToLeft = language === 'ar'
    const read = lines.map((line) => {
      const inOrder = line.toSorted((a, b) => (isRightToLeft ? b.x - a.x : a.x - b.x))
      return inOrder.map(({ text }) => text).join('')
    })
    expect(lettersOf(read.join(''), script)).toBe(lettersOf(texts.join(''), script))
  })
})

test('a report in English prints names in other scripts', async () => {
  const lines = await linesOf(await page('en', [{ text: 'Districts: حي الميناء, 老城, Мельница' }]))
  const text = lines
    .flat()
    .map(({ text: word }) => word)
    .join(' ') // prettier-ignore
  for (const word of ['Districts', 'حي', 'الميناء', '老城', 'Мельница']) expect(text).toContain(word)
})

test('numbers and Latin words stand where they belong in a line from right to left', async () => {
  const [line = []] = await linesOf(await page('ar', [{ text: 'المدينة 2025 في U4SSC' }]))
  const at = (word: string): number => line.find(({ text }) => text.includes(word))?.x ?? Number.NaN
  expect(at('2025')).toBeLessThan(at('المدينة'))
  expect(at('في')).toBeLessThan(at('2025'))
  expect(at('U4SSC')).toBeLessThan(at('في'))
})

describe('the order of a line', () => {
  const bidi = (bidiFactory as unknown as () => Reference)()
  type Reference = {
    getEmbeddingLevels(text: string, base: string): { levels: Uint8Array }
    getReorderedIndices(text: string, levels: { levels: Uint8Array }): number[]
  }
  const character = fc.constantFrom(...'abc אבג دهو 0123 ().,:-–٣٤'.split(''))

  test('is that of the Unicode Bidirectional Algorithm, however a line is cut', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: character, minLength: 1, maxLength: 24 }),
        fc.constantFrom('ltr', 'rtl'),
        fc.array(fc.nat({ max: 23 }), { maxLength: 6 }),
        (text, base, cuts) => {
          const reference = bidi.getEmbeddingLevels(text, base as 'ltr')
          const end = text.trimEnd().length
          const isTurned = (index: number): boolean =>
            (index < end ? (reference.levels[index] ?? 0) : base === 'rtl' ? 1 : 0) % 2 === 1
          const found = piecesOf(text, base as 'ltr', cuts).flatMap(({ start, end: to }) => {
            const indices = Array.from({ length: to - start }, (_, at) => start + at)
            return isTurned(start) ? indices.reverse() : indices
          })
          expect(found).toEqual(bidi.getReorderedIndices(text, reference))
        },
      ),
      { seed: 10, numRuns: 2_000 },
    )
  })
})

test('a page from right to left is mirrored: columns, cells, margins and alignments, and twice mirrored it is as before', () => {
  const node = {
    margin: [1, 2, 3, 4],
    alignment: 'right',
    columns: [{ text: 'a' }, { text: 'b' }],
    table: { widths: [10, 20, 30], body: [[{ text: 'x', colSpan: 2 }, {}, { text: 'y' }]] },
  }
  const once = typeset(node, 'rtl')
  expect(once).toEqual({
    margin: [3, 2, 1, 4],
    alignment: 'left',
    columns: [{ text: 'b' }, { text: 'a' }],
    table: { widths: [30, 20, 10], body: [[{ text: 'y' }, { text: 'x', colSpan: 2 }, {}]] },
  })
  expect(typeset(once, 'rtl')).toEqual(node)
})

test('runs of a text are the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(
        runsOf(text)
          .map((run) => run.text)
          .join(''),
      ).toBe(text) // prettier-ignore
    }),
    { seed: 11 },
  )
})

test('a WOFF file holds the font whose checksums it names', () => {
  const file = 'vendor/fonts/noto-sans-sc-chinese-simplified-400-normal.woff'
  const font = openWoff(readFileSync(new URL(`../../../../${file}`, import.meta.url)))
  const tables = Array.from({ length: font.readUInt16BE(4) }, (_, index) => 12 + index * 16)
  expect(tables.length).toBeGreaterThan(10)
  for (const at of tables) {
    const [tag, checksum] = [font.toString('latin1', at, at + 4), font.readUInt32BE(at + 4)]
    const [offset, length] = [font.readUInt32BE(at + 8), font.readUInt32BE(at + 12)]
    // https://learn.microsoft.com/typography/opentype/spec/otff: the sum of the table; that of "head" leaves out one field
    if (tag === 'head') continue
    let sum = 0
    for (let word = offset; word < offset + length; word += 4) sum = (sum + font.readUInt32BE(word)) >>> 0
    expect(sum, tag).toBe(checksum)
  }
})
