/** What an import says before it publishes anything, and Ookla's tiles in either form. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readOptions } from '#ingest/import/options.ts'
import { runImport } from '#ingest/import/run.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'before-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function dryRun(name: string, content: string, more: { mapping?: object; args?: string[] } = {}) {
  const path = join(folder, name)
  await writeFile(path, content)
  const mapping = join(folder, `${name}.json`)
  if (more.mapping) await writeFile(mapping, JSON.stringify(more.mapping))
  const options = readOptions([
    path,
    ...(more.mapping ? ['--mapping', mapping, '--thing', 'a'] : []),
    ...(more.args ?? []),
    '--dry-run',
    '--history',
  ]) // prettier-ignore
  if (options === 'help') throw new Error('help')
  const notes: string[] = []
  const { files } = await runImport({
    options,
    pack: { sources: [{ name: 'native', topic: 'city/#' }], timeZone: 'Europe/Berlin' },
    bounds: [13, 52, 14, 53],
    openPublisher: () => Promise.reject(new Error('a dry run publishes nothing')),
    ledger: () => async () => undefined,
    onNote: (line) => notes.push(line),
    now: () => new Date('2026-05-31T12:00:00Z'),
  })
  return { notes, tally: files[0]?.tally }
}

const MAPPING = {
  time: { column: 't', format: 'dd.MM.yyyy HH:mm' },
  columns: { v: { property: 'no2', unit: 'ug/m3' } },
}
const two = (number: number): string => String(number).padStart(2, '0')
/** A value every quarter of an hour of a day, by the clock on the wall. */
const wallClock = (day: string, hours = Array.from({ length: 24 }, (_, hour) => hour)): string[] =>
  hours.flatMap((hour) => [0, 15, 30, 45].map((minute) => `${day} ${two(hour)}:${two(minute)};7`))
const fileOf = (...rows: string[]): string => ['t;v', ...rows].join('\n')

describe('daylight saving', () => {
  test('the hour that occurs twice and the one that does not, counted by day', async () => {
    const rows = [...wallClock('28.03.2026'), ...wallClock('29.03.2026'), ...wallClock('25.10.2025')]
    // the night of 26 October has two hours of 2 o'clock
    const { notes } = await dryRun('berlin.csv', fileOf(...rows, ...wallClock('26.10.2025', [0, 1, 2, 2, 3, 4])), {
      mapping: MAPPING,
    })
    expect(notes).toEqual([
      'berlin.csv: times without an offset are taken for Europe/Berlin',
      expect.stringMatching(/^ {2}2025-10-26: clocks go back: 8 in the hour that occurs twice/),
      expect.stringMatching(/^ {2}2026-03-29: clocks go forward: 4 in the hour that does not occur/),
    ])
  })

  test('a log of G-NetTrack Pro, which needs no mapping', async () => {
    const header = 'Timestamp,Longitude,Latitude,Speed,Operatorname,NetworkMode,RSRP'
    const at = (time: string) => `2025.10.26_${time},13.4,52.5,0,x,LTE,-90`
    const { notes } = await dryRun('drive.csv', [header, at('01.59.59'), at('02.30.00'), at('02.10.00')].join('\n'))
    expect(notes).toEqual([
      'drive.csv: times without an offset are taken for Europe/Berlin',
      expect.stringMatching(/^ {2}2025-10-26: clocks go back: 2 in the hour that occurs twice/),
    ])
    const zone = ['--time-zone', 'UTC']
    expect((await dryRun('utc-drive.csv', [header, at('02.30.00')].join('\n'), { args: zone })).notes).toEqual([])
  })

  test('nothing where no row is in such an hour, times have offsets, or the zone has no summer time', async () => {
    const calm = fileOf(...wallClock('26.10.2025', [0, 1, 3, 4]), ...wallClock('01.07.2025'))
    expect((await dryRun('calm.csv', calm, { mapping: MAPPING })).notes).toEqual([])
    const all = fileOf(...wallClock('26.10.2025'))
    const utc = { ...MAPPING, time: { ...MAPPING.time, timeZone: 'UTC' } }
    expect((await dryRun('utc.csv', all, { mapping: utc })).notes).toEqual([])
    const iso = { ...MAPPING, time: { column: 't' } }
    const offsets = fileOf('2025-10-26T02:30:00+02:00;1', '2025-10-26T02:30:00+01:00;2')
    expect((await dryRun('iso.csv', offsets, { mapping: iso })).notes).toEqual([])
    expect((await dryRun('local.csv', fileOf('2025-10-26T02:30:00;1'), { mapping: iso })).notes).toHaveLength(2)
  })
})

describe('Ookla tiles as GeoJSON', () => {
  const tiles = [
    { quadkey: '1202102332221111', avg_d_kbps: 91234, avg_u_kbps: 20111, avg_lat_ms: 12, tests: 40, devices: 12 },
    { quadkey: '1202102332221112', avg_d_kbps: 51000, avg_u_kbps: 9000, avg_lat_ms: 20, tests: 4, devices: 2 },
    { quadkey: '1.2021E+15', avg_d_kbps: 1, avg_u_kbps: 1, avg_lat_ms: 1, tests: 1, devices: 1 },
  ]
  const columns = Object.keys(tiles[0] ?? {})
  const csv = [columns.join(','), ...tiles.map((tile) => Object.values(tile).join(','))].join('\n')
  const square = {
    type: 'Polygon',
    coordinates: [
      [
        [13, 52],
        [13.01, 52],
        [13.01, 52.01],
        [13, 52],
      ],
    ],
  } // prettier-ignore
  const geoJson = JSON.stringify({
    type: 'FeatureCollection',
    features: tiles.map((properties) => ({ type: 'Feature', geometry: square, properties })),
  })
  const args = ['--type', 'fixed', '--quarter', '2025-Q3', '--everywhere']

  test('are the same values as the CSV file, and a destroyed quadkey is rejected in both', async () => {
    const [table, features] = await Promise.all([
      dryRun('tiles.csv', csv, { args }),
      dryRun('tiles.geojson', geoJson, { args }),
    ]) // prettier-ignore
    expect(features.tally).toMatchObject({ rows: 3, values: 6, from: table.tally?.from, to: table.tally?.to })
    expect(features.tally?.things).toEqual(table.tally?.things)
    expect([...(features.tally?.things ?? [])]).toContain('ookla-tiles/fixed.1202102332221111')
    expect(features.tally?.problems.get('bad_location')).toMatchObject({ count: 1 })
  })
})
