/** Two purposes with one number wait for each other: while a large city pack was loaded, nobody could give a voice. */
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ADVISORY_LOCKS } from '#infra/db/advisory-locks.ts'

test('every advisory lock has a number of its own', () => {
  const numbers = Object.values(ADVISORY_LOCKS)
  expect(new Set(numbers).size).toBe(numbers.length)
})

test('no statement locks a number that is written in it', () => {
  const files = globSync('{api,domain,infra,ingest,start}/**/*.ts')
  expect(files.length).toBeGreaterThan(300)
  const literal = /pg_(try_)?advisory_\w*\(\s*\d/
  expect(files.filter((file) => literal.test(readFileSync(file, 'utf8')))).toEqual([])
  const named = /\b7_?203_?\d{3}\b/
  expect(files.filter((file) => named.test(readFileSync(file, 'utf8')))).toEqual(['infra/db/advisory-locks.ts'])
})
