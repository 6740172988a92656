import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readCells } from '#ingest/decode/formats/connectivity/opencellid.ts'
import { centreOfQuadkey } from '#ingest/decode/formats/connectivity/quadkey.ts'
import { delimiterOf, parseCsv } from '#model/text/csv.ts'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, type Row, read, rowOf } from './read.ts'

describe('CSV (RFC 4180)', () => {
  test.each<[string, string[][]]>([
    [
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['"a,""b""\n",c', [['a,"b"\n', 'c']]],
    ['a,,', [['a', '', '']]],
    ['\n\na\n', [['a']]],
    ['"open', [['open']]],
    ['', []],
  ])('%j', (text, rows) => expect(parseCsv(text, ',')).toEqual(rows))
  test('the delimiter is what the first line has most of', () => {
    expect(delimiterOf('Date;Berri 1;Rue A, B\n1,2,3,4')).toBe(';')
    expect(delimiterOf('a,b,c')).toBe(',')
    expect(delimiterOf('a\tb')).toBe('\t')
  })
})

describe('Ookla tiles', () => {
  const topic = 'import/ookla-tiles/tiles/type=fixed/year=2022/quarter=3'
  const head = 'quadkey,tile,avg_d_kbps,avg_u_kbps,avg_lat_ms,tests,devices'
  test('the middle of tile 213 of the Bing Maps documentation (x 3, y 5, zoom 3)', () => {
    const [lon, lat] = centreOfQuadkey('213')
    expect(lon).toBe(-22.5)
    expect(lat).toBeCloseTo(-55.7765730186677, 9)
  })
  test('kbit/s and ms at the end of the quarter, in the middle of the tile', () => {
    const decoded = read(topic, `${head}\n0231113112003202,"POLYGON((1 2, 3 4))",90750,51006,18,3,2\n`)
    const at = '2022-09-30T23:59:59.000Z'
    expectRead(decoded, 'ookla-tiles/fixed.0231113112003202', [
      ['download', 'fixed', 90_750, 'kbit/s', at],
      ['upload', 'fixed', 51_006, 'kbit/s', at],
      ['latency', 'fixed', 18, 'ms', at],
    ])
  })
  test.each(['231113112003202', '2.31113112003202E+14', '23200000000000'])('%s has been a number', (quadkey) =>
    expectRejected(read(topic, `${head}\n${quadkey},x,1,2,3,4,5`), 'bad_location', 'took it for a number'),
  )
  test('without the quarter there is no time', () => {
    expectRejected(read('import/ookla-tiles/tiles', `${head}\n0231113112003202,x,1,2,3,4,5`), 'bad_time')
  })
})

describe('RTR-NetTest', () => {
  const row = (id: string, time: string): string => `${id},${time},5G,16.37,48.2,100000,20000,12,-95`
  const head = 'open_test_uuid,time_utc,cat_technology,long,lat,download_kbit,upload_kbit,ping_ms,lte_rsrp'
  test('two tests of one minute stay two, inside that minute, and at the same place when read again', () => {
    const text = [head, row('Oa', '2026-05-31 11:58'), row('Ob', '2026-05-31 11:58')].join('\n')
    const times = (): number[] => {
      const decoded = read('import/rtr-nettest/austria', text)
      if (!decoded.ok) throw new Error(decoded.detail)
      return [...new Set(decoded.samples.map(({ time }) => time?.getTime() ?? 0))]
    }
    const minute = Date.UTC(2026, 4, 31, 11, 58)
    expect(times()).toHaveLength(2)
    for (const time of times()) expect(Math.floor(time / 60_000) * 60_000).toBe(minute)
    expect(times()).toEqual(times())
  })
})

describe('G-NetTrack', () => {
  const head = 'Timestamp,Longitude,Latitude,Speed,NetworkMode,RSRP,RSRQ,SNR,DL_bitrate,UL_bitrate,PINGAVG,PINGLOSS'
  const topic = 'import/gnettrack/ring'
  test('local time, longitude first, - is missing; of 3G the column RSRP holds RSCP', () => {
    const decoded = read(
      topic,
      `${head}\n2026.05.31_13.58.00,13.4,52.5,30,HSPA+,-95,-12,-,900,10,-,-\n2026.05.31_13.58.01,13.4,52.5,30,LTE,-101,-10,4.5,900,10,20.5,0\n`,
    )
    const [first, second] = ['2026-05-31T11:58:00.000Z', '2026-05-31T11:58:01.000Z']
    expectRead(decoded, 'gnettrack/ring', [
      ['rscp', '3g', -95, '', first],
      ['rsrp', '4g', -101, '', second],
      ['rsrq', '4g', -10, '', second],
      ['sinr', '4g', 4.5, '', second],
      ['latency', '4g', 20.5, '', second],
      ['packet_loss', '4g', 0, '', second],
    ])
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([13.4, 52.5])
  })
  test('what the telephone happened to transfer is read where the source maps it', () => {
    const decoded = read(topic, `${head}\n2026.05.31_13.58.00,13.4,52.5,30,5G,-,-,-,900,10,-,-`, {
      source: { fields: { DL_bitrate: { property: 'download', unit: 'kbit/s' } } },
    })
    expectRead(decoded, 'gnettrack/ring', [['download', '5g', 900, 'kbit/s', '2026-05-31T11:58:00.000Z']])
  })
  test('the repeated hour continues from the previous row', () => {
    const at = (text: string): string => `2026.10.25_${text},13.4,52.5,0,5G,-90,-10,1,0,0,-,-`
    const decoded = read(topic, [head, at('02.59.59'), at('02.00.00')].join('\n'), {
      receivedAt: new Date('2026-11-01T00:00:00Z'),
    })
    const times = decoded.ok ? decoded.samples.map(({ time }) => time?.toISOString()) : []
    expect(new Set(times)).toEqual(new Set(['2026-10-25T00:59:59.000Z', '2026-10-25T01:00:00.000Z']))
  })
})

describe('records of an import', () => {
  test('rows of several Things in one message; a row without a Thing costs only itself', () => {
    const decoded = read(
      'import/records/noise',
      [
        { thing: 'a', time: '2026-05-31T11:58:00Z', sound_level: 55 },
        { thing: 'b', time: '2026-05-31T11:58:00Z', domain: 'air', temperature: 20 },
        { time: '2026-05-31T11:58:00Z', temperature: 20 },
      ],
      { source: { format: 'records' } },
    )
    if (!decoded.ok) throw new Error(decoded.detail)
    expect(decoded.samples.map(({ device, property, domain }) => [device, property, domain])).toEqual([
      ['key/a', 'sound_level', undefined],
      ['key/b', 'temperature', 'air'],
    ])
    expect(decoded.rejected.map(({ field, reason }) => [field, reason])).toEqual([['[2]', 'wrong_shape']])
  })
})

describeShared('samples of files', (path) => {
  const sample = (kind: string, name: string): string => readFileSync(path('payloads', kind, name), 'utf8')
  test('ookla-tiles: the quadkeys were destroyed by a spreadsheet', () => {
    expectRejected(
      read(
        'import/ookla-tiles/t/type=fixed/year=2022/quarter=3',
        sample('ookla-tiles', 'fixed_tiles_2022q3_head_quadkey_truncated.csv'),
      ),
      'bad_location',
      '23200000000000',
    )
  })
  test('rtr-nettest', () => {
    const decoded = read('import/rtr-nettest/cz', sample('rtr-nettest', 'opendata_row_from_spec.csv'))
    if (!decoded.ok) throw new Error(decoded.detail)
    const minute = (time: string): string => time.slice(0, 16)
    expect(decoded.samples.map(rowOf).map(([...row]) => [...row.slice(0, 4), minute(row[4])])).toEqual([
      ['download', '4g', 22_180, 'kbit/s', '2015-05-01T00:34'],
      ['upload', '4g', 22_409, 'kbit/s', '2015-05-01T00:34'],
      ['latency', '4g', 31.912917, 'ms', '2015-05-01T00:34'],
    ])
    expect(decoded.samples[0]?.location).toEqual([17.758191230599575, 49.25809158659175])
    expect(JSON.stringify(decoded)).not.toContain('P7638e543')
  })
  test('opencellid: Things of kind mast, with and without a header', () => {
    const text = sample('opencellid', 'cell_towers_berlin_head.csv')
    const headless = text.slice(text.indexOf('\n') + 1)
    for (const table of [text, headless]) {
      expectRejected(read('import/opencellid/berlin', table), 'no_measurement')
      const { things, problems } = readCells(table)
      expect(problems).toEqual([])
      expect(things).toHaveLength(5)
      expect(things[0]).toMatchObject({
        key: 'cell-umts-262-2-801-86355',
        kind: 'mast',
        place: { coordinates: [13.285512, 52.522202] },
        attributes: { technologies: '3g', rangeM: 1000, samples: 7 },
      })
    }
  })
  test('drive test: 40 rows, the twelfth with a ping', () => {
    const decoded = read('import/gnettrack/ucc', sample('cellular-drive-test', 'gnettrack_5g_static_40rows.csv'), {
      timeZone: 'Europe/Dublin',
    })
    if (!decoded.ok) throw new Error(decoded.detail)
    expect(decoded.rejected).toEqual([])
    const rows = decoded.samples.map(rowOf)
    expect(rows.filter(([property]) => property === 'rsrp')).toHaveLength(40)
    expect(rows.slice(0, 3)).toEqual<Row[]>([
      ['rsrp', '5g', -101, 'dB{mW}', '2020-02-27T18:39:27.000Z'],
      ['rsrq', '5g', -10, 'dB', '2020-02-27T18:39:27.000Z'],
      ['sinr', '5g', 0, 'dB', '2020-02-27T18:39:27.000Z'],
    ])
    expect(rows.find(([property]) => property === 'latency')).toEqual([
      'latency',
      '5g',
      81,
      'ms',
      '2020-02-27T18:39:38.001Z',
    ])
    expect(decoded.samples[0]?.location).toEqual([-8.394632000000001, 51.886254])
  })
})
