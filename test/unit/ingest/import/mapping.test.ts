import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mappingSchema, readMapping } from '#ingest/import/mapping.ts'
import { keyOf, rowMapper } from '#ingest/import/table-mapping.ts'
import { timeReader } from '#ingest/import/time-pattern.ts'

const map = (mapping: object, header: string, rows: string[], options = {}) => {
  const mapper = rowMapper(mappingSchema.parse(mapping), header.split(';'), { timeZone: 'Europe/Paris', ...options })
  return rows.flatMap((row) => mapper(row.split(';')))
}

describe('time patterns', () => {
  test.each([
    ['dd/MM/yyyy', '31/05/2026', '2026-05-30T22:00:00.000Z'],
    ['d.M.yy H:mm', '1.6.26 9:05', '2026-06-01T07:05:00.000Z'],
    ['MM/dd/yyyy hh:mm a', '05/31/2026 12:30 AM', '2026-05-30T22:30:00.000Z'],
    ['MM/dd/yyyy hh:mm a', '05/31/2026 12:30 p.m.', '2026-05-31T10:30:00.000Z'],
    ['yyyy-MM-ddTHH:mm:ss.SSS', '2026-01-31T12:00:00.250', '2026-01-31T11:00:00.250Z'],
    ['iso', '2019-06-18 06:00:00+00:00', '2019-06-18T06:00:00.000Z'],
    ['iso', '2026-05-31', '2026-05-30T22:00:00.000Z'],
    ['unix', '1780228790', '2026-05-31T11:59:50.000Z'],
  ])('%s %s', (format, text, expected) =>
    expect(timeReader(format, 'Europe/Paris')(text)?.toISOString()).toBe(expected),
  )
  test.each([
    ['dd/MM/yyyy', '05/31/2026'],
    ['dd/MM/yyyy', '30/02/2026'],
    ['dd/MM/yyyy', '1/2/2026'],
    ['HH:mm dd.MM.yyyy', '25:00 01.01.2026'],
    ['unix', 'soon'],
  ])('%s is not %s', (format, text) => expect(timeReader(format, 'UTC')(text)).toBeUndefined())
  test.each(['dd/MM', 'yyyy-yyyy-MM-dd', 'yyyy-MM-ddQ'])('%s is not a pattern', (format) =>
    expect(() => timeReader(format, 'UTC')).toThrow('time format'),
  )
})

describe('tables with any column names', () => {
  test('a value of no Thing and a value of no property are passed on, to be rejected with their line', () => {
    const time = { column: 't' }
    const thing = { column: 'station', prefix: 'st-' }
    const wide = { time, thing, columns: { v: { property: 'no2' } } }
    expect(map(wide, 't;station;v', ['2026-05-31T12:00Z;;7', '2026-05-31T12:00Z;;'])).toMatchObject([
      { thing: '', no2: 7 },
    ])
    const long = { time, thing, long: { property: 'p', value: 'v' } }
    expect(
      map(long, 't;station;p;v', ['2026-05-31T12:00Z;;no2;7', '2026-05-31T12:00Z;a;;7', '2026-05-31T12:00Z;a;no2;']),
    ).toMatchObject([
      { thing: '', no2: 7 },
      { thing: 'st-a', '': 7 },
    ])
  })

  test('decimal commas, channels, scales and units; what is missing stays out', () => {
    const mapping = {
      decimal: ',',
      time: { column: ['Tag', 'Zeit'], format: 'dd.MM.yyyy HH:mm' },
      columns: {
        Leistung: { property: 'active_power', unit: 'kW' },
        Küche: { property: 'active_power', channel: 'kitchen', scale: 60 },
        Zähler: { property: 'energy' },
      },
    }
    expect(
      map(
        mapping,
        'Tag;Zeit;Leistung;Küche;Zähler',
        ['31.05.2026;14:00;1,5;0,5;1.234.567,25', '31.05.2026;14:01;-;;n/a'],
        {
          thing: 'house-1',
        },
      ),
    ).toEqual([
      {
        thing: 'house-1',
        time: '2026-05-31T12:00:00.000Z',
        active_power: 1.5,
        energy: 1_234_567.25,
        units: { active_power: 'kW' },
      },
      { thing: 'house-1', time: '2026-05-31T12:00:00.000Z', channel: 'kitchen', active_power: 30 },
      // what is no number goes on, to be rejected with its words
      { thing: 'house-1', time: '2026-05-31T12:01:00.000Z', energy: 'n/a' },
    ])
  })
  test('a negative scale turns a limit round: at most 5 becomes at least -5', () => {
    const mapping = { time: { column: 't' }, columns: { p: { property: 'active_power', scale: -1 } } }
    const rows = ['2026-05-31T12:00Z;<5', '2026-05-31T12:01Z;>5', '2026-05-31T12:02Z;5']
    const values = map(mapping, 't;p', rows, { thing: 'm' }).map((record) => record['active_power'])
    expect(values).toEqual(['>-5', '<-5', -5])
  })
  test('one Thing a column; keys from names', () => {
    const mapping = {
      time: { column: 'Date' },
      perColumn: { property: 'bicycle_count', prefix: 'eco-', except: ['Note'] },
    }
    expect(map(mapping, 'Date;Berri 1;Côte-Sainte-Catherine;Note', ['2026-05-31;35;;x', '2026-06-01;83;1;'])).toEqual([
      { thing: 'eco-berri-1', time: '2026-05-30T22:00:00.000Z', bicycle_count: 35 },
      { thing: 'eco-berri-1', time: '2026-05-31T22:00:00.000Z', bicycle_count: 83 },
      { thing: 'eco-cote-sainte-catherine', time: '2026-05-31T22:00:00.000Z', bicycle_count: 1 },
    ])
    expect(() => map(mapping, 'Date;A b;A-B', [])).toThrow('the same Thing key "eco-a-b"')
    expect(keyOf('  Brébeuf (données non disponibles)')).toBe('brebeuf-donnees-non-disponibles')
    // U+0420 is the capital of U+0440
    expect(keyOf('Рига 5')).toBe('u440u438u433u430-5')
    const names = ['Москва', 'Минск', '北京', '上海', 'القاهرة', 'Αθήνα', 'Straße', 'Strae']
    expect(new Set(names.map(keyOf)).size).toBe(names.length)
  })
  test('one value a row, named by another column; a place; Things by their own names', () => {
    const mapping = {
      time: { column: 'when' },
      thing: { column: 'where', names: { 'Quai 9': 'river-9' } },
      long: { property: 'what', value: 'value', unit: 'unit', names: { 'PM2,5': 'pm2_5' } },
      place: { lon: 'x', lat: 'y' },
    }
    expect(
      map(mapping, 'when;where;what;value;unit;x;y', ['2026-05-31T12:00:00Z;Quai 9;PM2,5;8;µg/m³;2.3;48.8']),
    ).toEqual([
      {
        thing: 'river-9',
        time: '2026-05-31T12:00:00.000Z',
        location: [2.3, 48.8],
        pm2_5: 8,
        units: { pm2_5: 'µg/m³' },
      },
    ])
  })
  test('no column of time: a start and a step', () => {
    const mapping = { time: { start: '2026-05-31T00:00', everySeconds: 300 }, perColumn: { property: 'speed' } }
    expect(map(mapping, '773869;767541', ['64;67', '62;68']).map(({ time }) => time)).toEqual([
      '2026-05-30T22:00:00.000Z',
      '2026-05-30T22:00:00.000Z',
      '2026-05-30T22:05:00.000Z',
      '2026-05-30T22:05:00.000Z',
    ])
  })
  test('an autumn night has 02:00 twice, and hourly rows distinguish them', () => {
    const mapping = { time: { column: 't', format: 'dd/MM/yyyy HH:mm' }, columns: { v: { property: 'no2' } } }
    const rows = ['01:00', '02:00', '02:00', '03:00'].map((time) => `25/10/2026 ${time};1`)
    expect(map(mapping, 't;v', rows, { thing: 'a' }).map(({ time }) => time)).toEqual([
      '2026-10-24T23:00:00.000Z',
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ])
  })
  test('an unreadable time is passed on unchanged, never as the time of arrival', () => {
    const mapping = { time: { column: 't', format: 'dd/MM/yyyy' }, columns: { v: { property: 'no2' } } }
    expect(map(mapping, 't;v', ['yesterday;1'], { thing: 'a' })[0]?.time).toBe('unreadable: yesterday')
  })
  test.each<[object, string, RegExp]>([
    [{ time: { column: 'x' }, columns: { v: { property: 'no2' } } }, 't;v', /no column "x".*it has t, v/],
    [{ time: { column: 't' }, columns: { w: { property: 'no2' } } }, 't;v', /no column "w"/],
    [{ time: { column: 't' }, columns: { v: { property: 'no2' } } }, 'v;t', /Thing of the values unknown/],
  ])('%j over %s is refused', (mapping, header, message) =>
    expect(() => map(mapping, header, [], { thing: header === 'v;t' ? undefined : 'a' })).toThrow(message),
  )
  test.each([
    [{ time: { column: 't' } }, 'exactly one of columns, perColumn and long'],
    [{ time: { column: 't' }, columns: { v: { property: 'smell' } } }, 'columns.v.property: not an observed property'],
    [{ time: { column: 't' }, colums: {} }, 'colums'],
  ])('the mapping %j is refused with the field', async (mapping, message) => {
    const folder = await mkdtemp(join(tmpdir(), 'mapping-'))
    try {
      await writeFile(join(folder, 'map.json'), JSON.stringify(mapping))
      await expect(readMapping(join(folder, 'map.json'))).rejects.toThrow(message)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
