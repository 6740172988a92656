import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import ar from '#dashboard/src/i18n/api/ar.json' with { type: 'json' }
import es from '#dashboard/src/i18n/api/es.json' with { type: 'json' }
import fr from '#dashboard/src/i18n/api/fr.json' with { type: 'json' }
import ru from '#dashboard/src/i18n/api/ru.json' with { type: 'json' }
import zhHans from '#dashboard/src/i18n/api/zh-Hans.json' with { type: 'json' }
import { dataPointValueSchema } from '#model/indicators/catalogue/schema.ts'
import { BUILT_IN_LANGUAGES } from '#model/text/languages.ts'

const TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>> = { ar, es, fr, ru, 'zh-Hans': zhHans }
const source = readFileSync(resolve(import.meta.dirname, '../../../model/basics/errors.ts'), 'utf8')
/** Codes of model/basics/errors.ts, and of what no code there stands for (api/http/problem.ts). */
const CODES = new Set(['INTERNAL', ...[...source.matchAll(/^ {2}([A-Z_]+): \{/gm)].map(([, code = '']) => code)])
const MISSING = dataPointValueSchema.shape.missingCode.unwrap().options

test('there are texts for each language', () => {
  expect(['en', ...Object.keys(TEXTS)].sort()).toEqual([...BUILT_IN_LANGUAGES].sort())
})
test.each(Object.entries(TEXTS))('texts of the API in %s belong to its codes', (_, texts) => {
  const ids = Object.keys(texts)
  expect(ids).toEqual(Object.keys(fr))
  const errors = ids.filter((id) => id.startsWith('error.')).map((id) => id.slice('error.'.length))
  expect(errors.filter((code) => !CODES.has(code))).toEqual([])
  expect(ids.filter((id) => id.startsWith('missing.'))).toEqual(MISSING.map((code) => `missing.${code}`))
})
