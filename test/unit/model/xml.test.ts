import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseXml } from '#model/text/xml.ts'

const root = (text: string): unknown => {
  const read = parseXml(text)
  return 'root' in read ? read.root : read.problem
}

describe('XML as an object', () => {
  test.each<[text: string, expected: unknown]>([
    ['<a>1</a>', { a: '1' }],
    ['<a><b>1</b><b>2</b><c/></a>', { a: { b: ['1', '2'], c: '' } }],
    ['<p:a xmlns:p="urn:x" p:id="7" xmlns="urn:y"><p:b>1</p:b></p:a>', { a: { '@id': '7', b: '1' } }],
    ['<a unit="m">1.5</a>', { a: { '@unit': 'm', value: '1.5' } }],
    ['<a>&lt;&#65;&amp;<![CDATA[<b>]]></a>', { a: '<A&<b>' }],
    ['<?xml version="1.0"?>\n<!-- c -->\n<a>\n  <b>1</b>\n</a>\n', { a: { b: '1' } }],
    ['<__proto__><constructor>1</constructor></__proto__>', { ['__proto__']: { constructor: '1' } }],
  ])('%s', (text, expected) => expect(root(text)).toEqual(expected))

  test('what is written is read', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/)
    const text = fc.stringMatching(/^[A-Za-z0-9.-]{1,8}$/)
    const tree = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, text, fc.dictionary(name, tie('tree'), { minKeys: 1, maxKeys: 3 })),
    })).tree
    const write = (value: unknown): string =>
      typeof value === 'string'
        ? value
        : Object.entries(value as object)
            .map(([key, each]) => `<${key}>${write(each)}</${key}>`)
            .join('')
    fc.assert(
      fc.property(tree, (value) => {
        expect(root(`<root>${write(value)}</root>`)).toEqual({ root: value })
      }),
      { seed: 15, numRuns: 500 },
    )
  })
})

describe('hostile XML is refused, and soon', () => {
  const LAUGHS = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('')
  test.each<[what: string, text: string, problem: string]>([
    [
      'entities that expand a thousand million times',
      `<!DOCTYPE a [<!ENTITY l0 "ha">${LAUGHS}]><a>&l9;</a>`,
      'document type',
    ],
    ['an entity that is a file', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 'document type'],
    ['an external document type', '<!DOCTYPE a SYSTEM "http://192.0.2.1/x.dtd"><a/>', 'document type'],
    ['an entity that nobody declared', '<a>&l9;</a>', 'Invalid character entity'],
    ['depth', `${'<a>'.repeat(1_000)}${'</a>'.repeat(1_000)}`, 'nested deeper than 64'],
    ['number', `<r>${'<a/>'.repeat(250_000)}</r>`, 'more than 200000'],
    ['attributes', `<r ${Array.from({ length: 210_000 }, (_, n) => `a${n}=""`).join(' ')}/>`, 'more than 200000'],
    ['no end', '<a><b>1</b>', 'Unclosed root tag'],
    ['another end', '<a><b>1</a></b>', 'Unexpected close tag'],
    ['no XML', 'a,b\n1,2', 'Non-whitespace before first tag'],
  ])('%s', (_, text, problem) => {
    // of this thread: a busy machine takes its time
    const started = process.threadCpuUsage()
    expect(root(text)).toContain(problem)
    const { user, system } = process.threadCpuUsage(started)
    expect((user + system) / 1000).toBeLessThan(5_000)
  })

  test('any bytes give an object or a problem', () => {
    const part = fc.constantFrom(
      '<',
      '>',
      '/',
      'a',
      '"',
      '=',
      '&',
      ';',
      '![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?',
      '?>',
      ' ',
      '<!DOCTYPE',
      '[',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const read = parseXml(parts.join(''))
        expect('root' in read || read.problem.startsWith('the XML is refused')).toBe(true)
      }),
      { seed: 15, numRuns: 3_000 },
    )
  })
})
