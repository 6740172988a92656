/** docs/alerting.md: its examples are rules, and each row of the contract has a test that names it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compileRule } from '#domain/alerting/compile.ts'
import { AIR_STANDARDS } from '#model/air-quality/standards/built-in.ts'
import { alertRuleSchema } from '#model/alerting/rule.ts'
import { ROOT } from '#test/documents.ts'

const text = await readFile(join(ROOT, 'docs/alerting.md'), 'utf8')
const examples = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => json)
const rows = [...text.matchAll(/^\| (\d+) \| .* \| `([^`]+)` \|$/gm)].map(([, row = '', file = '']) => ({ row, file }))

test('there are examples, and rows', () => expect([examples.length, rows.length]).toEqual([4, 26]))

test.for(examples)('an example is a rule with levels: %s', (json) => {
  const rule = alertRuleSchema.parse(JSON.parse(json))
  const standard = AIR_STANDARDS.find(({ key }) => key === 'eu-2008-50')
  expect(compileRule(rule, { timeZone: 'Europe/Lisbon', standard }).levels.length).toBeGreaterThan(0)
})

test.for(rows)('row $row is tested in $file', async ({ row, file }) => {
  const source = await readFile(join(ROOT, file), 'utf8')
  expect(source).toMatch(new RegExp(`rows? (\\d+ and )?${row}\\b`))
})
