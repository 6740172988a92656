import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatPair, type Pair, parsePair } from '#dashboard/src/state/pair.ts'
import { createAddress } from '#dashboard/src/state/view-state.ts'
import { csvwOf } from '#dashboard/src/ui/table/metadata.ts'

const seed = 20261130
const part = fc.string({ minLength: 1, maxLength: 20 })
const pair: fc.Arbitrary<Pair> = fc
  .record({
    kind: fc.constantFrom('periods' as const, 'zones' as const, 'groups' as const),
    a: part,
    b: part,
    by: part,
  })
  .filter(({ a, b }) => a !== b)
  .map(({ kind, a, b, by }) => (kind === 'groups' ? { kind, a, b, by } : { kind, a, b }))

test('any pair survives the address, whatever its keys contain', () => {
  const { defaults, parseViewState, toSearch } = createAddress()
  fc.assert(
    fc.property(pair, (own) => {
      const shown = parseViewState(toSearch({ ...defaults, view: 'compare', pair: formatPair(own) }))
      expect(parsePair(shown.pair)).toEqual(own)
    }),
    { seed },
  )
})

test.each([null, '', 'periods:2025', 'periods:2025:2025', 'cities:a:b', 'groups:a:b', 'zones:a:b:c', 'periods:%E0:b'])(
  '%s is no pair',
  (text) => expect(parsePair(text)).toBeNull(),
)

test('metadata of a CSV file name its columns, their types, time zone and source (W3C Tabular Metadata)', () => {
  const text = csvwOf({
    ...{ file: 'a.csv', title: 'A', language: 'fr', address: 'http://city/?view=brief', timeZone: 'Europe/Lisbon' },
    created: new Date('2026-11-30T12:00:00Z'),
    lines: [
      ['Nom', 'Valeur'],
      ['x', 1.5],
      ['y', null],
    ],
  })
  expect(JSON.parse(text)).toMatchObject({
    '@context': ['http://www.w3.org/ns/csvw', { '@language': 'fr' }],
    ...{
      url: 'a.csv',
      'dc:title': 'A',
      'dc:source': 'http://city/?view=brief',
      'dc:created': '2026-11-30T12:00:00.000Z',
    },
    'dc:coverage': expect.stringContaining('Europe/Lisbon'),
    tableSchema: {
      columns: [
        { titles: { fr: 'Nom' }, datatype: 'string' },
        { titles: { fr: 'Valeur' }, datatype: 'number' },
      ],
    },
  })
})
