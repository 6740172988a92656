/** Every example of docs/payloads.md: its source is valid, and its message gives the table below it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sourceSchema } from '#model/city/city-pack.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { read } from './read.ts'

const text = readFileSync(join(import.meta.dirname, '../../../../docs/payloads.md'), 'utf8')
const examples = text
  .slice(text.indexOf('## Examples'), text.indexOf('## Reference'))
  .split(/^### /m)
  .slice(1)
  .map((section) => {
    const [source = '', payload = ''] = [...section.matchAll(/```\w+\n([\s\S]*?)```/g)].map(([, block]) => block ?? '')
    const topic = /Topic `([^`]+)`/.exec(section)?.[1] ?? ''
    const rows = [...section.matchAll(/^\| `(.*)\|$/gm)].map(([line]) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replace(/^`|`$/g, '')),
    )
    return { title: section.slice(0, section.indexOf('\n')), source, payload: payload.trim(), topic, rows }
  })

describe('docs/payloads.md', () => {
  test('has examples', () => expect(examples.length).toBeGreaterThan(7))

  test.each(examples)('$title', ({ source, payload, topic, rows }) => {
    const decoded = read(topic, payload, { source: sourceSchema.parse(JSON.parse(source)) })
    if (!decoded.ok) throw new Error(decoded.detail)
    const found = decoded.samples.map(({ device, property, channel, value, unit, time }) => [
      ...[device, property, channel, String(Math.round(Number(value) * 1e9) / 1e9)],
      ...[unit ?? PROPERTIES.get(property)?.unit, time?.toISOString().replace('.000Z', 'Z') ?? ''],
    ])
    expect(found).toEqual(rows)
  })
})
