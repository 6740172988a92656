import { expect, test } from 'vitest'
import { hexDump } from '#dashboard/src/operations/hex.ts'

// as `printf '{"t":21.5,"h":40}\x00\xff' | hexdump -C` writes it, with one space less in the middle
test('bytes with offset and printable characters', () => {
  const base64 = Buffer.from('{"t":21.5,"h":40}\u0000', 'latin1').toString('base64')
  expect(hexDump(base64)).toBe(
    [
      '0000  7b 22 74 22 3a 32 31 2e 35 2c 22 68 22 3a 34 30  {"t":21.5,"h":40',
      '0010  7d 00                                            }.',
    ].join('\n'),
  )
  expect(hexDump('')).toBe('')
})
