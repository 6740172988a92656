import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { telegramCrc } from '#ingest/decode/formats/meters/dsmr-crc.ts'
import { decode } from '#ingest/decode/index.ts'
import { withoutPersonalData } from '#ingest/personal-data/redact.ts'
import { describeShared, sharedPath } from '#test/shared.ts'

const clean = (text: string): string => withoutPersonalData(Buffer.from(text)).toString()

describe('a stored payload contains no personal data', () => {
  test.each([
    [
      '{"Wifi":{"SSId":"Home of X","BSSId":"AA:BB:CC:00:11:22","RSSI":80}}',
      '{"Wifi":{"SSId":"(removed)","BSSId":"(removed)","RSSI":80}}',
    ],
    ['{"interface": {"externalIp" : "203.0.113.9"}}', '{"interface": {"externalIp" : "(removed)"}}'],
    ['{"imei":356938035643809,"t":1}', '{"imei":null,"t":1}'],
    ['{"user_id":"a \\"b\\" c","t":nan}', '{"user_id":"(removed)","t":nan}'],
    // whatever the value is made of
    ['[{"equipment_id":{"value":"4530"},"e":1}]', '[{"equipment_id":"(removed)","e":1}]'],
    ['{"phones":1,"phone":["+351 1", {"a": "]"}],"t":1}', '{"phones":1,"phone":"(removed)","t":1}'],
    // however the key is written
    ['{"e\\u006dail":"x","E-Mail":"y"}', '{"e\\u006dail":"(removed)","E-Mail":"(removed)"}'],
    ['\ufeff{"email":"x"}', '\ufeff{"email":"(removed)"}'],
    ['{"plate":"AA-12-BB","tel":123,"mac":"84F3EB001122"}', '{"plate":"(removed)","tel":null,"mac":"(removed)"}'],
    // names and addresses next to what says that they are a person's
    [
      '{"name":"Jane","address":{"street":"x"},"mail":"y"}',
      '{"name":"(removed)","address":"(removed)","mail":"(removed)"}',
    ],
    [
      '{"device":{"name":"Kitchen"},"owner":{"phone":"1","name":"J"}}',
      '{"device":{"name":"Kitchen"},"owner":{"phone":"(removed)","name":"(removed)"}}',
    ],
    // outside of JSON
    ['temp=20&email=jane&phone=+351 1', 'temp=20&email=(removed)&phone=(removed) 1'],
    ['ask jane.doe@mail.example.org, 20 C', 'ask (removed), 20 C'],
    ['{"note":"ask jane@example.org"}', '{"note":"ask (removed)"}'],
    // large numbers and white space stay as they came
    ['{ "id" : 12345678901234567890 , "ip" : "1.2.3.4" }', '{ "id" : 12345678901234567890 , "ip" : "(removed)" }'],
    ['{"mail":"x@example.org"', '{"mail":"(removed)"'],
  ])('%s', (text, expected) => expect(clean(text)).toBe(expected))

  test.each([
    '{"SensorId":"84:f3:eb:00:11:22","tempc":20}',
    '{"unique_id":"0x00158d","device_class":"temperature"}',
    '{"ship":"a","tip":"b","ipx":1}',
    '{"name":"Station 5","address":"0x12","pm2_5":9}',
    '{"wifi_sta":{"connected":true},"mac":"A4CF12F45678"}',
    'temperature=20.5,name=Kitchen',
    '[{"bn":"urn:dev:mac:0024befffe804ff1/","n":"t","v":1}]',
  ])('%s stays, to the same bytes', (text) => {
    const payload = Buffer.from(text)
    expect(withoutPersonalData(payload)).toBe(payload)
  })
  test('anything but JSON and telegrams stays unchanged', () => {
    // protobuf: a varint, and a length of 123, which is a brace behind a line end
    for (const head of [[0x08], [0x0a, 0x7b, 0x0a, 0x03]]) {
      const payload = Buffer.from([...head, ...Buffer.from('{"ip":"1.2.3.4"}')])
      expect(withoutPersonalData(payload)).toBe(payload)
    }
  })
  test('invalid UTF-8 stays unchanged', () => {
    const payload = Buffer.concat([Buffer.from('{"ip":"::1","n":"'), Buffer.from([0xff, 0xe9]), Buffer.from('"}')])
    const expected = Buffer.concat([
      Buffer.from('{"ip":"(removed)","n":"'),
      Buffer.from([0xff, 0xe9]),
      Buffer.from('"}'),
    ])
    expect(withoutPersonalData(payload)).toEqual(expected)
  })
  test('two megabytes of hostile text take one pass', () => {
    for (const unit of [
      '"ip":"',
      '"ip"',
      '"',
      '"ip":"\\',
      '"a" ',
      '{"ip":1',
      '/0-0:96.1.1(',
      '{"name":',
      '"email":[',
      'a.b+',
      'mail=',
      '{',
      '}',
    ]) {
      const payload = Buffer.from(`{${unit.repeat(2_000_000 / unit.length)}`)
      const start = process.threadCpuUsage()
      withoutPersonalData(payload)
      const { user, system } = process.threadCpuUsage(start)
      expect(user + system).toBeLessThan(1_000_000)
    }
  })
})

describe('telegrams', () => {
  test('the checksum is CRC-16/ARC, 0xBB3D for 123456789 in the catalogue of CRC algorithms', () =>
    expect(telegramCrc('123456789')).toBe(0xbb3d))
  const telegram = (serial: string, name: string): string =>
    [`/ABC5${name}`, '', '1-3:0.2.8(50)', `0-0:96.1.1(${serial})`, '1-0:1.8.1(000001.000*kWh)', '!'].join('\r\n')
  test('meter numbers become zeros, and the result is a valid telegram', () => {
    const without = telegram('4B384547', '\\2M550E-1012')
    expect(clean(without)).toBe(telegram('00000000', '\\2M550E-1012'))
    expect(clean(telegram('4B384547', 'XX123456789'))).toBe(telegram('00000000', 'XX000000000'))
  })
  test('the version and the counts of power failures stay', () => {
    const text = '/ABC5X\r\n\r\n0-0:96.1.4(50217)\r\n0-0:96.7.21(00003)\r\n!\r\n'
    expect(clean(text)).toBe(text)
  })
})

const PERSONAL = [
  '123.123.123.123',
  '0A:1B:2C:3D:4E:5F',
  'ThelosenWifi',
  '00000000000000000000000000000002',
  'd2883904-9aa7',
]

describeShared('personal data in the samples', (path) => {
  const read = (payload: Buffer, format: string) =>
    decode(
      { topic: 'a/b', payload, receivedAt: new Date('2026-05-31T12:00:00Z') },
      { name: 'test', topic: '#', format },
      { timeZone: 'Europe/Amsterdam' },
    )
  test.each([
    ['dsmr-p1/telegram_kaifa_dsmr42.txt', 'dsmr-p1'],
    ['dsmr-p1/telegram_landisgyr350_dsmr40.txt', 'dsmr-p1'],
    ['dsmr-p1/homewizard_v1_data_3phase.json', 'dsmr-p1'],
    ['ookla-cli/result_v1.2_fixed_nl.json', 'ookla-cli'],
    ['speedtest-cli/json_2017_no_client.json', 'speedtest-cli'],
    ['ttn-mapper/app_message_v3.json', 'ttn-mapper'],
    ['shelly-gen2/notifyfullstatus_plus_ht.json', 'shelly-gen2'],
    ['tasmota/state.json', 'tasmota'],
  ])('%s is decoded the same without it', (name, format) => {
    const payload = readFileSync(path('payloads', name))
    const kept = withoutPersonalData(payload)
    expect(read(kept, format)).toEqual(read(payload, format))
    for (const word of PERSONAL) expect(kept.toString()).not.toContain(word)
  })
  test('the words that are looked for are there before', () => {
    const all = [
      'ookla-cli/result_v1.2_fixed_nl.json',
      'dsmr-p1/homewizard_v1_data_3phase.json',
      'ttn-mapper/app_message_v3.json',
    ]
      .map((name) => readFileSync(sharedPath('payloads', name) ?? '', 'utf8'))
      .join('')
    for (const word of PERSONAL) expect(all).toContain(word)
  })
})
