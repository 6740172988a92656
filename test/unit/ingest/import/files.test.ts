import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kindOf, tileOptions } from '#ingest/import/file-formats.ts'
import { ledgerFromApi } from '#ingest/import/ledger-watch.ts'
import { filesOf, textOf } from '#ingest/import/open-file.ts'
import { readOptions, sourceOfFile } from '#ingest/import/options.ts'
import { csvLine, readRows } from '#ingest/import/read-table.ts'
import { runImport } from '#ingest/import/run.ts'
import { jsonItems, lines } from '#ingest/import/split-json.ts'
import { describeShared } from '#test/shared.ts'

/** Written by zipfile of Python: x/one.csv, 500 times 1, deflated; two.csv, 2, stored. */
const ARCHIVE =
  'UEsDBBQAAAAIAAAAIVwjG0wKCAAAAPQBAAAJAAAAeC9vbmUuY3N2MzQcBSMNAABQSwMEFAAAAAAAAAAhXA2+1RoBAAAAAQAAAAcAAAB0d28uY3N2MlBLAQIUAxQAAAAIAAAAIVwjG0wKCAAAAPQBAAAJAAAAAAAAAAAAAACAAQAAAAB4L29uZS5jc3ZQSwECFAMUAAAAAAAAACFcDb7VGgEAAAABAAAABwAAAAAAAAAAAAAAgAEvAAAAdHdvLmNzdlBLBQYAAAAAAgACAGwAAABVAAAAAAA='

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function* pieces(text: string, size: number): AsyncIterable<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}
const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const out: T[] = []
  for await (const item of items) out.push(item)
  return out
}
const write = async (name: string, content: string | Buffer): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}
const args = (...given: string[]) => {
  const options = readOptions(given)
  if (options === 'help') throw new Error('help')
  return options
}
const dryRun = (given: string[], now = '2026-05-31T12:00:00Z') =>
  runImport({
    options: args(...given, '--dry-run'),
    pack: { sources: [{ name: 'native', topic: 'city/#' }], timeZone: 'Europe/Berlin' },
    bounds: [13, 52, 14, 53],
    openPublisher: () => Promise.reject(new Error('a dry run publishes nothing')),
    ledger: () => async () => undefined,
    now: () => new Date(now),
  })

const contents = async (path: string): Promise<[string, string][]> => {
  const out: [string, string][] = []
  for (const file of await filesOf(path))
    out.push([file.name.slice(folder.length), (await all(textOf(file, 'utf-8', () => {}))).join('')])
  return out
}

describe('files', () => {
  test.each([1, 3, 1000])('the elements of a JSON array, read %i characters at a time', async (size) => {
    const text = ' [ {"a":"],[{\\"","b":[1,{"c":2}]} , 5,\n{"d":{}}] '
    expect(await all(jsonItems(pieces(text, size)))).toEqual(['{"a":"],[{\\"","b":[1,{"c":2}]}', '5', '{"d":{}}'])
    expect(await all(jsonItems(pieces('{"a":[1,2]}\n', size)))).toEqual(['{"a":[1,2]}'])
    expect(await all(lines(pieces('{"a":1}\r\n\n{"b":2}', size)))).toEqual(['{"a":1}', '{"b":2}'])
  })
  test('quoted cells survive being written again', async () => {
    const text = 'a;"b;""c""\nd"\n1;2\n'
    const { rows, delimiter } = await readRows(pieces(text, 4))
    const read = await all(rows)
    expect(read).toEqual([
      ['a', 'b;"c"\nd'],
      ['1', '2'],
    ])
    expect(read.map((row) => csvLine(row, delimiter)).join('\n')).toBe('a;"b;""c""\nd"\n1;2')
  })
  test('an archive that is damaged, at any byte, or ends early is named in one sentence', async () => {
    const gz = gzipSync(Buffer.from('a,b\n'.repeat(2_000)))
    const zip = Buffer.from(ARCHIVE, 'base64')
    const outcome = async (name: string, bytes: Buffer): Promise<unknown> =>
      write(name, bytes)
        .then(contents)
        .catch((error: unknown) => error)
    for (const [name, whole] of [
      ['d.csv.gz', gz],
      ['d.zip', zip],
    ] as const) {
      // behind the two bytes by which it is known
      for (let at = 4; at < whole.length; at += 1) {
        const flipped = Buffer.from(whole)
        flipped[at] = (whole[at] ?? 0) ^ 0xff
        for (const bytes of [flipped, whole.subarray(0, at)]) {
          const ended = await outcome(name, bytes)
          if (!Array.isArray(ended)) expect(ended, `${name} at ${at}`).toMatchObject({ code: 'CONFIG_INVALID' })
        }
      }
    }
    expect(await outcome('e.csv.gz', gz.subarray(0, 40))).toMatchObject({
      message: expect.stringMatching(/e\.csv\.gz is damaged or incomplete \(.+\)$/),
    })
  })

  test('gz and zip are unpacked', async () => {
    const zipped = await write('b.zip', Buffer.from(ARCHIVE, 'base64'))
    expect(await contents(await write('a.csv.gz', gzipSync('hello')))).toEqual([['/a.csv', 'hello']])
    expect(await contents(zipped)).toEqual([
      ['/b.zip/x/one.csv', '1'.repeat(500)],
      ['/b.zip/two.csv', '2'],
    ])
    await expect(filesOf(join(folder, 'absent.csv'))).rejects.toThrow('does not exist')
    await expect(filesOf(await write('p.parquet', 'PAR1....'))).rejects.toThrow('Parquet')
    await expect(filesOf(await write('broken.zip', 'PK\u0003\u0004....'))).rejects.toThrow('damaged')
  })
  test('latin1 read as UTF-8 is refused with a hint', async () => {
    const [file] = await filesOf(await write('latin.csv', Buffer.from('Brébeuf', 'latin1')))
    if (!file) throw new Error('no file')
    await expect(all(textOf(file, 'utf-8', () => {}))).rejects.toThrow('set its encoding')
    expect(await all(textOf(file, 'latin1', () => {}))).toEqual(['Brébeuf'])
  })
  test('formats by header and shape; an unknown one needs a mapping', () => {
    expect(kindOf('a.csv', 'QUADKEY,TILE,AVG_D_KBPS\n', undefined)).toEqual({ kind: 'table', format: 'ookla-tiles' })
    expect(kindOf('a.csv', 'LTE,262,2,801,86355,0,13.2,52.5\n', undefined)).toMatchObject({ format: 'opencellid' })
    expect(kindOf('a.json', '{"a":1}\n{"b":2}\n', undefined)).toMatchObject({ kind: 'lines' })
    expect(kindOf('a.json', '{\n"a":1}', undefined)).toMatchObject({ kind: 'json' })
    expect(() => kindOf('a.csv', 'x,y\n', undefined)).toThrow('--mapping')
    expect(() => kindOf('a.csv', 'x,y\n', 'nonsense')).toThrow('unknown format')
  })
  test.each([
    ['s3/parquet/performance/type=fixed/year=2022/quarter=3/x.csv', ['type=fixed', 'year=2022', 'quarter=3']],
    ['2022-07-01_performance_mobile_tiles.csv', ['type=mobile', 'year=2022', 'quarter=3']],
    ['fixed_tiles_2022q3_head.csv', ['type=fixed', 'year=2022', 'quarter=3']],
  ])('the quarter of %s', (path, levels) =>
    expect(tileOptions(path, { type: undefined, quarter: undefined })).toEqual(levels),
  )
  test('options', () => {
    expect(sourceOfFile('/x/Air Quality long.csv.gz')).toBe('air-quality-long')
    expect(() => args()).toThrow('no file given')
    expect(() => args('a', '--rows', '0')).toThrow('--rows')
    expect(() => args('a', '--source', 'A/B')).toThrow('--source')
    expect(() => args('a', '--nonsense')).toThrow('nonsense')
  })
})

describe('a dry run', () => {
  test('counts values, and reports why others are not usable', async () => {
    const path = await write(
      'records.ndjson',
      '{"thing":"a","time":"2026-05-31T11:00:00Z","no2":20}\n{"thing":"a","time":"never","no2":20}\n{"thing":"b","time":"2026-05-31T11:00:00Z","smell":1,"o3":"x"}\n',
    )
    const { files, outcome } = await dryRun([path])
    expect(outcome).toEqual({ kind: 'dry run' })
    expect(files[0]?.tally).toMatchObject({ rows: 3, values: 1, messages: 1 })
    expect([...(files[0]?.tally.problems.keys() ?? [])]).toEqual(['bad_time', 'unknown_property', 'bad_value'])
  })
  test('lists every rejected row with its line in the file, over several messages', async () => {
    const rows = Array.from({ length: 6 }, (_, at) => `2026-05-31T0${at}:00:00Z;${at % 2 === 0 ? '1,5' : 'broken'}`)
    const path = await write('lines.csv', `sep=;\nt;v\n${rows.join('\n')}\n`)
    const mapping = { time: { column: 't' }, decimal: ',', columns: { v: { property: 'no2', unit: 'ug/m3' } } }
    const map = await write('lines.json', JSON.stringify(mapping))
    const rejected = join(folder, 'rejected.csv')
    const given = [path, '--mapping', map, '--thing', 'a', '--rows', '2', '--rejected', rejected]
    const { files } = await dryRun(given)
    expect(files[0]?.tally).toMatchObject({ rows: 6, values: 3, messages: 3 })
    // line 1 is "sep=;", line 2 the heading: the second, fourth and sixth row are lines 4, 6 and 8
    const lines = (await readFile(rejected, 'utf8')).trim().split('\n')
    expect(lines[0]).toBe('file,reason,detail')
    expect(lines.slice(1).map((line) => /bad_value,"?(line \d+, no2)/.exec(line)?.[1])).toEqual([
      'line 4, no2',
      'line 6, no2',
      'line 8, no2',
    ])
    await expect(dryRun(given)).rejects.toThrow('exists already')
  })
  test('a drive test is kept within the city; a row that is not understood has its line', async () => {
    const rows = [
      'Timestamp,Longitude,Latitude,NetworkMode,RSRP',
      '2026.05.31_10.00.00,13.5,52.5,4G,-90',
      '2026.05.31_10.00.01,9.9,53.5,4G,-91',
      'never,13.5,52.5,4G,-92',
    ]
    const path = await write('drive.csv', `${rows.join('\n')}\n`)
    const { tally } = (await dryRun([path])).files[0] ?? {}
    expect(tally).toMatchObject({ rows: 3, outside: 1, values: 1 })
    expect(tally?.problems.get('bad_time')?.example).toMatch(/^line 4, Timestamp: "never"/)
    expect((await dryRun([path, '--everywhere'])).files[0]?.tally).toMatchObject({ rows: 3, outside: 0, values: 2 })
  })
  test('history has to be called so', async () => {
    const path = await write('old.ndjson', '{"thing":"a","time":"1987-05-31T11:00:00Z","no2":20}\n')
    await expect(dryRun([path])).rejects.toThrow('--history')
    const { files } = await dryRun([path, '--history'])
    expect(files[0]?.tally).toMatchObject({ values: 1, old: 1 })
  })
  test('rows outside the city are skipped and counted', async () => {
    const head = 'open_test_uuid,time,cat_technology,lat,long,download_kbit\n'
    const path = await write(
      'rtr.csv',
      `${head}O1,2026-05-30 11:58,4G,52.5,13.4,100\nO2,2026-05-30 11:58,4G,48.2,16.4,100\n`,
    )
    expect((await dryRun([path])).files[0]?.tally).toMatchObject({ rows: 2, outside: 1, values: 1 })
    expect((await dryRun([path, '--everywhere'])).files[0]?.tally).toMatchObject({ rows: 2, outside: 0, values: 2 })
  })
  test('cells become rows of things.csv, which is never overwritten', async () => {
    const path = await write(
      'cells.csv',
      'LTE,262,2,801,86355,0,13.285512,52.522202,1000,7,1,1282569574,1300155341,0\n',
    )
    const out = join(folder, 'things.csv')
    const run = (): ReturnType<typeof runImport> =>
      runImport({
        options: args(path, '--things', out),
        pack: { sources: [], timeZone: 'UTC' },
        bounds: [13, 52, 14, 53],
        openPublisher: () => Promise.reject(new Error('cells are not published')),
        ledger: () => async () => undefined,
      })
    expect((await run()).files[0]).toMatchObject({ cells: 1 })
    expect(await readFile(out, 'utf8')).toBe(
      'key,name,domain,kind,grade,device,lon,lat,technologies,rangeM,samples\n' +
        'cell-lte-262-2-801-86355,LTE 262-02 801/86355,connectivity,mast,unknown,opencellid/lte-262-2-801-86355,13.285512,52.522202,4g,1000,7\n',
    )
    await expect(run()).rejects.toThrow('already exists')
  })
})

describe('the ledger by way of the API', () => {
  const counts = { received: 9, stored: 5, duplicate: 3, rejected: 1, inFlight: 0, balanced: true }
  const observations = {
    observationsStored: 50,
    observationsDuplicate: 30,
    observationsConflict: 0,
    observationsRejected: 2,
  }
  const all = { ...counts, ...observations }
  test('a busy server is retried; an absent one is not', { timeout: 20_000 }, async () => {
    let asked = 0
    const server = createServer((_, response) => {
      asked += 1
      if (asked === 1) return void response.writeHead(503).end('{}')
      response.end(
        JSON.stringify({
          total: all,
          sources: [{ source: 'import', ...all, updatedAt: '2026-05-31T12:00:00Z', lastReceivedAt: null }],
          time: '2026-05-01T00:00:00.000Z',
          lastReceivedAt: null,
          returnedToBroker: 0,
          workers: [],
        }),
      )
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(await ledgerFromApi(base, 'import')()).toMatchObject({ processed: 9, ...observations })
    expect(asked).toBe(2)
    expect(await ledgerFromApi(base, 'import-history')()).toMatchObject({ processed: 0 })
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
    expect(await ledgerFromApi(base, 'import')()).toBeUndefined()
  })
})

describeShared('data sets as cities publish them', (path) => {
  const mapping = (name: string, content: object): Promise<string> => write(`${name}.json`, JSON.stringify(content))
  const read = async (file: string[], map: object, ...more: string[]) =>
    (await dryRun([path('datasets', ...file), '--mapping', await mapping(file[0] ?? '', map), '--history', ...more]))
      .files[0]?.tally
  test('Montréal: latin1, semicolons, days first, one counter a column, two of them always empty', async () => {
    const tally = await read(['montreal_bike_counters', 'bikes_2012_latin1_semicolon.csv'], {
      encoding: 'latin1',
      time: { column: 'Date', format: 'dd/MM/yyyy', timeZone: 'America/Toronto' },
      perColumn: { property: 'bicycle_count', prefix: 'eco-' },
    })
    // 310 days of 7 counters
    expect(tally).toMatchObject({ rows: 310, values: 2170, from: Date.parse('2012-01-01T00:00:00-05:00') })
    expect(tally?.things.size).toBe(7)
    expect(tally?.problems.size).toBe(0)
  })
  test('OpenAQ: one value a row, units in a column', async () => {
    const tally = await read(['openaq_air_quality', 'air_quality_long.csv'], {
      time: { column: 'date.utc' },
      thing: { column: 'location' },
      long: { property: 'parameter', value: 'value', unit: 'unit', names: { pm25: 'pm2_5' } },
    })
    expect(tally).toMatchObject({ rows: 5272, values: 5272 })
  })
  test('METR-LA: no time, 207 detectors in miles an hour', { timeout: 60_000 }, async () => {
    const tally = await read(['metr_la_traffic', 'los_speed.csv'], {
      time: { start: '2012-03-01T00:00', everySeconds: 300, timeZone: 'America/Los_Angeles' },
      missing: ['0', ''],
      perColumn: { property: 'speed', unit: 'mph', prefix: 'loop-' },
    })
    expect(tally).toMatchObject({ rows: 2016, to: Date.parse('2012-03-07T23:55:00-08:00') })
    expect(tally?.things.size).toBe(207)
  })
  test('UCI household: separate date and time, kilowatts, sub-meters in Wh per minute', async () => {
    const tally = await read(
      ['household_power_uci', 'household_power_2days.csv'],
      {
        time: { column: ['Date', 'Time'], format: 'yyyy-MM-dd HH:mm:ss', timeZone: 'Europe/Paris' },
        columns: {
          Global_active_power: { property: 'active_power', unit: 'kW' },
          Voltage: { property: 'voltage' },
          Sub_metering_1: { property: 'active_power', channel: 'kitchen', scale: 60 },
        },
      },
      '--thing',
      'house-1',
    )
    expect(tally).toMatchObject({ rows: 2880, values: 2880 * 3 })
  })
  test('Ookla, after editing in a spreadsheet: everything is rejected with the reason', async () => {
    const { files } = await dryRun([
      path('payloads', 'ookla-tiles', 'fixed_tiles_2022q3_head_quadkey_truncated.csv'),
      '--history',
    ])
    expect(files[0]?.tally.values).toBe(0)
    expect(files[0]?.tally.problems.get('bad_location')?.example).toContain('took it for a number')
  })
  test('Barcelona: a document of GBFS as a file', async () => {
    const { files } = await dryRun([
      path('datasets', 'barcelona_bicing_gbfs', 'station_status.json'),
      '--history',
      '--format',
      'gbfs',
      '--source',
      'bicing',
    ])
    expect(files[0]?.tally.things.size).toBeGreaterThan(480)
    expect(files[0]?.tally.problems.size).toBe(0)
  })
})
