import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, type Row, read } from './read.ts'

const topic = 'probes/library/speed'

describe('speed tests', () => {
  test('Ookla counts bytes, speedtest-cli bits', () => {
    const at = '2026-05-31T11:59:50.000Z'
    const ookla = {
      type: 'result',
      timestamp: at,
      ping: { latency: 9 },
      download: { bandwidth: 12_500_000 },
      interface: { externalIp: '192.0.2.1', macAddr: '02:00' },
    }
    const decoded = read(topic, ookla)
    expectRead(decoded, `ookla-cli/${topic}`, [
      ['download', '', 12_500_000, 'By/s', at],
      ['latency', '', 9, 'ms', at],
    ])
    expect(JSON.stringify(decoded)).not.toMatch(/192\.0|02:00/)
    const python = {
      download: 1e8,
      upload: 2e7,
      ping: 9,
      bytes_received: 1,
      timestamp: at,
      server: { lat: '59.4', lon: '17.9' },
      client: { ip: '192.0.2.1' },
    }
    const said = read(topic, python)
    expectRead(said, `speedtest-cli/${topic}`, [
      ['download', '', 1e8, 'bit/s', at],
      ['upload', '', 2e7, 'bit/s', at],
      ['latency', '', 9, 'ms', at],
    ])
    expect(said.ok && said.samples[0]?.location).toBeUndefined()
  })
  test('ndt7: a figure without a unit was not measured', () => {
    const payload = {
      ServerFQDN: 'x',
      Download: { Throughput: { Value: 10, Unit: 'Mbit/s' } },
      Upload: { Throughput: { Value: 0, Unit: '' } },
    }
    expectRead(read(topic, payload), `mlab-ndt7/${topic}`, [['download', '', 10, 'Mbit/s', '']])
  })
  test.each([
    ['ookla-cli', { type: 'log', level: 'error' }, 'no_measurement'],
    ['ookla-cli', { type: 'result', timestamp: 'now', download: { bandwidth: 1 } }, 'bad_time'],
    ['speedtest-cli', [], 'wrong_shape'],
    ['mlab-ndt7', '{"Key":"error","Value":{}}', 'no_measurement'],
    ['mlab-ndt7', 'x', 'not_json'],
  ])('%s %j is rejected as %s', (format, payload, reason) =>
    expectRejected(read(topic, payload, { source: { format } }), reason),
  )
})

describeShared('speed test samples', (path) => {
  const sample = (kind: string, name: string): string => readFileSync(path('payloads', kind, name), 'utf8')
  test.each<[string, string, number, number, number, number]>([
    ['result_v1.2_fixed_nl.json', '2024-01-05T10:09:25.000Z', 117_318_968, 110_904_809, 4.752, 0.043],
    ['result_v1.2_ipv_empty.json', '2023-07-20T14:18:49.000Z', 112_015_788, 105_969_570, 2.546, 0.517],
    ['result_v1.2_manchester.json', '2023-06-05T20:58:49.000Z', 18_671_063, 3_571_495, 20.084, 0.252],
  ])('ookla-cli %s', (name, at, download, upload, latency, jitter) => {
    expectRead(read(topic, sample('ookla-cli', name)), `ookla-cli/${topic}`, [
      ['download', '', download, 'By/s', at],
      ['upload', '', upload, 'By/s', at],
      ['latency', '', latency, 'ms', at],
      ['jitter', '', jitter, 'ms', at],
      ['packet_loss', '', 0, '%', at],
    ])
  })
  test('speedtest-cli json_2017_no_client', () => {
    const at = '2017-06-23T19:51:42.012Z'
    const rows: Row[] = [
      ['download', '', 10_982_638.579192186, 'bit/s', at],
      ['upload', '', 1_706_722.617285763, 'bit/s', at],
      ['latency', '', 23.178, 'ms', at],
    ]
    expectRead(read(topic, sample('speedtest-cli', 'json_2017_no_client.json')), `speedtest-cli/${topic}`, rows)
  })
  test('mlab-ndt7 summary_berlin_ipv6', () => {
    expectRead(read(topic, sample('mlab-ndt7', 'summary_berlin_ipv6.json')), `mlab-ndt7/${topic}`, [
      ['download', '', 10.207, 'Mbit/s', ''],
      ['latency', 'download', 17.951, 'ms', ''],
      ['upload', '', 12.375, 'Mbit/s', ''],
      ['latency', 'upload', 23, 'ms', ''],
    ])
  })
  test('mlab-ndt7 measurement_events: 10,000,000 bytes in 2 s are 40 Mbit/s', () => {
    expectRead(read(topic, sample('mlab-ndt7', 'measurement_events.ndjson')), `mlab-ndt7/${topic}`, [
      ['download', '', 40_000_000, 'bit/s', ''],
    ])
  })
})
