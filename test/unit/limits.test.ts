/** docs/limits.md says what the code does: every number that names a constant is that constant's. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import * as durations from '#model/basics/durations.ts'

const root = resolve(import.meta.dirname, '../..')
const text = await readFile(resolve(root, 'docs/limits.md'), 'utf8')
const ROW = /^\| [^|]+ \| ([\d,]+) [^|]* \| [^|]+ \| `([^`]+\.ts)` `([A-Z_]+)` \|$/gm
const rows = [...text.matchAll(ROW)].map(([, value = '', file = '', name = '']) => ({ value, file, name }))

/** Numbers with separators and named durations, joined by `*`: all that these constants are made of. */
const numberOf = (expression: string): number =>
  expression
    .split('*')
    .map((factor) => factor.trim())
    .reduce((product, factor) => product * (named.get(factor) ?? Number(factor.replaceAll('_', ''))), 1)
const named = new Map<string, number>(Object.entries(durations))

test('the table names constants', () => expect(rows.length).toBeGreaterThan(20))

test.for(rows)('$file $name is $value', async ({ value, file, name }) => {
  const source = await readFile(resolve(root, file), 'utf8')
  const expression = new RegExp(`const ${name} = ([\\w *]+)$`, 'm').exec(source)?.[1]
  expect(expression, `${name} in ${file}`).toBeDefined()
  expect(numberOf(expression ?? '')).toBe(Number(value.replaceAll(',', '')))
})

test('every other row names a file that is there, or a page', async () => {
  const named = [...text.matchAll(/\| `([^`]+\.ts)`/g)].map(([, file = '']) => file)
  for (const file of named) expect(await readFile(resolve(root, file), 'utf8'), file).not.toBe('')
})
