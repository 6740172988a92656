/** The programs that reproduce a figure are executed, where R and Python are there. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { withUncertainty } from '#model/indicators/uncertainty.ts'
import { differenceScript, evidenceScript, type ScriptLanguage } from '#model/reproduce/scripts.ts'

const seed = 20261130
const folder = mkdtempSync(join(tmpdir(), 'citywell-scripts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const COMMANDS: Readonly<Record<ScriptLanguage, string>> = { r: 'Rscript', python: 'python3' }
const isThere = (language: ScriptLanguage): boolean => spawnSync(COMMANDS[language], ['--version']).status === 0

/** What a script prints, by name. */
function run(language: ScriptLanguage, script: string): Record<string, number> {
  const file = join(folder, language === 'r' ? 'script.R' : 'script.py')
  writeFileSync(file, script)
  const output = execFileSync(COMMANDS[language], [file], { encoding: 'utf8' })
  return Object.fromEntries(
    output
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .map(([name = '', value]) => [name, Number(value)]),
  )
}

const number = fc.double({ min: 0.1, max: 1e6, noNaN: true })
const head = { unit: 'u', origin: 'measured' as const }
// a label may hold anything that a device or a file says, the end of a line and code included
const label = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('x\nstop("code")'), fc.constant('\u2028quit()\r'))
const leaves = fc
  .tuple(number, label, fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }))
  .map(([value, text, weight]): Evidence => leaf({ ...head, label: text, value, ref: text, ...(weight && { weight }) }))
const METHODS = [
  'sum',
  'mean',
  'weighted_mean',
  'maximum',
  'count',
  'difference',
  'product',
  'ratio',
  'percent',
] as const
const MORE = ['per_100000', 'exceeds', 'within'] as const
const tree = (depth: number): fc.Arbitrary<Evidence> =>
  depth === 0
    ? leaves
    : fc
        .tuple(fc.constantFrom(...METHODS, ...MORE), fc.array(tree(depth - 1), { minLength: 2, maxLength: 4 }), label)
        .map(([method, inputs, text]) => node({ ...head, label: text, method }, inputs))

const near = (found: number | undefined, expected: number | null, digits = 9): void => {
  const scale = Math.max(Math.abs(expected ?? 0), 1e-300)
  expect(Math.abs((found ?? Number.NaN) - (expected ?? 0)) / scale).toBeLessThan(10 ** -digits)
}

describe.each(['r', 'python'] as const)('in %s', (language) => {
  test.skipIf(!isThere(language))('any evidence gives its value again, whatever its labels say', () => {
    const trees = fc.sample(tree(3), { seed, numRuns: 8 })
    for (const evidence of trees.filter(({ value }) => value !== null))
      near(run(language, evidenceScript(language, evidence) ?? '').value, evidence.value)
  })

  test.skipIf(!isThere(language))('a day-evening-night level: 60, 55 and 50 dB', () => {
    const levels = [60, 55, 50].map((value) => leaf({ ...head, label: 'level', value }))
    const evidence = node({ ...head, label: 'Lden', method: 'lden' }, levels)
    // 55 + 5 and 50 + 10 dB: 60 dB throughout
    near(run(language, evidenceScript(language, evidence) ?? '').value, 60)
  })

  test.skipIf(!isThere(language))('the standard error of stations of 10, 20 and 30 is sqrt(100 / 3)', () => {
    const inputs = [10, 20, 30].map((value) =>
      leaf({ ...head, label: `s${value}`, ref: `s${value}`, value, weight: 1 }),
    )
    const mean = withUncertainty(node({ ...head, label: 'mean', method: 'weighted_mean' }, inputs))
    const found = run(language, evidenceScript(language, mean) ?? '')
    // 3/2 x (100 + 100) / 9
    near(found['standard_error'], Math.sqrt(100 / 3))
    near(found['value'], 20)
  })

  test.skipIf(!isThere(language))(
    'a difference of 2.1 with standard error 1 and 7 degrees of freedom, third of four tests',
    () => {
      const figures = { title: 'x\nquit()', difference: 2.1, standardError: 1, ps: [0.01, 0.04, 0.03, 0.2] }
      const t = run(language, differenceScript(language, { ...figures, degreesOfFreedom: 7, at: 2 }))
      // R: 2.1 - qt(0.975, 7), 2 * pt(-2.1, 7), p.adjust(c(0.01, 0.04, 0.03, 0.2), "holm")[3]
      near(t['lower'], -0.264624251592785)
      near(t['p'], 0.0738711962129226)
      near(t['adjusted_p'], 0.09)
      // R: 2.1 - qt(0.975, 1.3), 2 * pt(-2.1, 1.3); 2.1 - qt(0.975, 133), 2 * pt(-2.1, 133)
      const few = run(language, differenceScript(language, { ...figures, degreesOfFreedom: 1.3, at: 0 }))
      near(few['lower'], -5.40052932556203, 7)
      near(few['p'], 0.234762219596889, 7)
      const many = run(language, differenceScript(language, { ...figures, degreesOfFreedom: 133, at: 0 }))
      near(many['lower'], 0.122038735832285, 7)
      near(many['p'], 0.0376176164950325)
      const z = run(language, differenceScript(language, { ...figures, degreesOfFreedom: null, at: 1 }))
      // R: 2.1 + qnorm(0.975), 2 * pnorm(-2.1)
      near(z['upper'], 4.05996398454005)
      near(z['p'], 0.0357288411252662)
    },
  )
})

test('without the value of a leaf there is no program', () => {
  const evidence = node({ ...head, label: 'sum', method: 'sum' }, [leaf({ ...head, label: 'a', value: null })])
  expect(evidenceScript('r', evidence)).toBeUndefined()
})
