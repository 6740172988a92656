/** Packs in CBOR, byte for byte by hand: RFC 8949 for the heads, RFC 8428 (table 4) for the labels. */
import { describe, expect, test } from 'vitest'
import { expectRead, expectRejected, read } from './read.ts'

const topic = 'gateway/7/senml'
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex')
const ascii = (text: string): string => (0x60 + text.length).toString(16) + Buffer.from(text).toString('hex')

/**
 * The pack of RFC 8428, section 5.1.2, as section 6 writes it in CBOR: bn "urn:dev:ow:10e2073a0108006:", bt 1276020076.001, bu "A", bver 5; voltage 120.1 V; current at -5 to 0 s.
 */
const RFC_EXAMPLE = `
  87
  a7 21 78 1b 75 726e3a6465763a6f773a3130653230373361303130383030363a 22 fb41d303a15b00106223 61 41 20 05 00 67 766f6c74616765 01 61 56 02 fb405e066666666666
  a3 00 67 63757272656e74 06 24 02 fb3ff3333333333333
  a3 00 67 63757272656e74 06 23 02 fb3ff4cccccccccccd
  a3 00 67 63757272656e74 06 22 02 fb3ff6666666666666
  a3 00 67 63757272656e74 06 21 02 f93e00
  a3 00 67 63757272656e74 06 20 02 fb3ff999999999999a
  a3 00 67 63757272656e74 06 00 02 fb3ffb333333333333`

describe('SenML in CBOR (RFC 8428, section 6)', () => {
  test('the example of the RFC', () => {
    const at = (second: number): string => `2010-06-08T18:01:${second}.001Z`
    expectRead(read(topic, bytes(RFC_EXAMPLE)), 'senml/urn:dev:ow:10e2073a0108006', [
      ['voltage', '', 120.1, 'V', at(16)],
      ['current', '', 1.2, 'A', at(11)],
      ['current', '', 1.3, 'A', at(12)],
      ['current', '', 1.4, 'A', at(13)],
      ['current', '', 1.5, 'A', at(14)],
      ['current', '', 1.6, 'A', at(15)],
      ['current', '', 1.7, 'A', at(16)],
    ])
  })

  // [{-2: "d:", 0: "temp", 1: "Cel", 2: <value>}]
  const withValue = (value: string): Buffer =>
    bytes(`81 a4 21 ${ascii('d:')} 00 ${ascii('temp')} 01 ${ascii('Cel')} 02 ${value}`)
  test.each([
    ['a small integer', '15', 21],
    ['a negative integer', '24', -5],
    ['a half float', 'f94d40', 21],
    ['a float', 'fa41ac0000', 21.5],
    ['a double', 'fb4035800000000000', 21.5],
    ['a decimal fraction, 231 * 10^-1', 'c4 82 20 18e7', 23.1],
  ])('%s is a number', (_, value, expected) => {
    expectRead(read(topic, withValue(value)), 'senml/d', [['temperature', '', expected, 'Cel', '']])
  })

  test('a map and an array of unknown length, and the tag of CBOR itself', () => {
    const pack = `d9d9f7 9f bf 21 ${ascii('d:')} 00 ${ascii('temp')} 01 ${ascii('Cel')} 02 15 ff ff`
    expectRead(read(topic, bytes(pack)), 'senml/d', [['temperature', '', 21, 'Cel', '']])
  })

  test('text (3), boolean (4) and bytes (8) are not measurements; a sum (5) of watts is joules', () => {
    const pack = `84
      a3 21 ${ascii('d:')} 00 ${ascii('label')} 03 ${ascii('x')}
      a2 00 ${ascii('open')} 04 f5
      a2 00 ${ascii('raw')} 08 43 010203
      a3 00 ${ascii('power')} 01 ${ascii('W')} 05 19 0e10`
    expectRead(read(topic, bytes(pack)), 'senml/d', [['energy', '', 3600, 'J', '']])
  })

  test('an integer of 64 bits keeps its size', () => {
    const pack = `81 a4 21 ${ascii('d:')} 00 ${ascii('energy')} 01 ${ascii('Wh')} 02 1b 0020000000000001`
    const decoded = read(topic, bytes(pack))
    expect(decoded.ok && decoded.samples[0]?.value).toBe(2 ** 53)
  })

  test.each([
    ['a version beyond ours', `81 a3 20 0b 00 ${ascii('t')} 02 01`, 'unsupported_version'],
    ['a field that must be understood', `81 a3 ${ascii('x_')} 01 00 ${ascii('t')} 02 01`, 'unsupported_version'],
    [
      'a text where a number belongs',
      `81 a4 21 ${ascii('d:')} 00 ${ascii('temp')} 02 ${ascii('x')} 01 ${ascii('Cel')}`,
      'bad_value',
    ],
    ['the same label twice', '81 a2 02 01 02 02', 'not_cbor'],
    ['a cut message', '81 a2 02', 'not_cbor'],
    ['an array longer than its bytes', '9b 7fffffffffffffff a0', 'not_cbor'],
    ['an unknown tag', '81 a1 02 c9 01', 'not_cbor'],
    ['a record that is no map', '81 01', 'wrong_shape'],
    ['a map', 'a0', 'wrong_shape'],
    ['nothing', '80', 'no_measurement'],
  ])('%s is rejected', (_, hex, reason) => {
    expectRejected(read(topic, bytes(hex), { source: { format: 'senml-cbor' } }), reason)
  })
})
