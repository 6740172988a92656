import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type Journal, type JournalOptions, openJournal } from '#infra/embedded/broker/journal.ts'

const root = mkdtempSync(join(tmpdir(), 'citywell-journal-'))
let path = ''
let tests = 0
const logged: string[] = []
const log = {
  warn: (line: string) => logged.push(`warn ${line}`),
  info: (line: string) => logged.push(`info ${line}`),
}

beforeEach(() => {
  tests += 1
  path = join(root, `${tests}`, 'journal')
  logged.length = 0
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const open = (options: Partial<JournalOptions> = {}) => openJournal({ path, sync: false, log, ...options })
const message = (text: string, clients = ['ingest']) => ({
  topic: 'city/air/ä',
  payload: Buffer.from(text),
  qos: 1,
  clients: new Set(clients),
})
const keep = (journal: Journal, text: string, clients?: string[]) =>
  new Promise<number>((resolve, reject) => {
    const number = journal.append(message(text, clients), (error) => (error ? reject(error) : resolve(number)))
  })
const texts = (journal: Journal) => [...journal.pending].map(({ payload }) => payload.toString())
const written = (journal: Journal) => new Promise((resolve) => journal.afterAppended(resolve))

describe('what is read back', () => {
  test('is what was kept and not settled, in order and as it was', async () => {
    const first = await open()
    const numbers = await Promise.all(['a', 'b', 'c'].map((text) => keep(first, text)))
    first.acknowledge(numbers[1] as number, 'ingest')
    await first.close()
    const second = await open()
    expect(texts(second)).toEqual(['a', 'c'])
    expect([...second.pending][0]).toMatchObject({
      number: 1,
      qos: 1,
      topic: 'city/air/ä',
      clients: new Set(['ingest']),
    })
    expect(await keep(second, 'd')).toBeGreaterThan(3)
    await second.close()
  })

  test('a message for two clients stays for the one that has not settled it', async () => {
    const first = await open()
    const number = await keep(first, 'both', ['ingest', 'other'])
    first.acknowledge(number, 'ingest')
    first.acknowledge(number, 'nobody')
    await first.close()
    const second = await open()
    expect([...second.pending].map(({ clients }) => [...clients])).toEqual([['other']])
    second.acknowledge(number, 'other')
    await second.close()
    const third = await open()
    expect(texts(third)).toEqual([])
    await third.close()
  })

  test.each([1, 5, 8, 20])(
    'a last record that lacks %i bytes is left out, which is no reason to warn',
    async (lacking) => {
      const first = await open()
      await keep(first, 'whole')
      await keep(first, 'torn')
      await first.close()
      truncateSync(path, statSync(path).size - lacking)
      const second = await open()
      expect(texts(second)).toEqual(['whole'])
      expect(logged).toEqual([expect.stringMatching(/^info .*being written/)])
      await keep(second, 'next')
      await second.close()
      const third = await open()
      expect(texts(third)).toEqual(['whole', 'next'])
      await third.close()
    },
  )

  test('a damaged record: what is before it is used, the file is put aside and named', async () => {
    const first = await open()
    for (const text of ['one', 'two', 'three']) await keep(first, text)
    await first.close()
    const bytes = readFileSync(path)
    bytes[bytes.indexOf('two')] = 0x58
    writeFileSync(path, bytes)
    const second = await open()
    expect(texts(second)).toEqual(['one'])
    const aside = readdirSync(join(path, '..')).find((name) => name.includes('damaged')) ?? ''
    expect(logged).toEqual([expect.stringMatching(`^warn .*${aside}`)])
    expect(readFileSync(join(path, '..', aside))).toEqual(bytes)
    await second.close()
  })

  test('a file that is not a journal is put aside too', async () => {
    await (await open()).close()
    writeFileSync(path, 'something else that somebody has written into this place')
    const journal = await open()
    expect(texts(journal)).toEqual([])
    expect(logged).toEqual([expect.stringContaining('damaged at byte 0')])
    await journal.close()
  })

  test('a rewrite that was interrupted changes nothing', async () => {
    const first = await open()
    await keep(first, 'a')
    await first.close()
    writeFileSync(`${path}.next`, 'half of')
    const second = await open()
    expect(texts(second)).toEqual(['a'])
    await second.close()
  })
})

describe('size', () => {
  test('200,000 messages that are settled leave an empty file that never was large', async () => {
    const journal = await open({ rewriteBytes: 1 << 20 })
    const text = 'x'.repeat(100)
    let largest = 0
    // 500 are always outstanding, so that the file has to be rewritten instead of emptied
    const outstanding: number[] = []
    for (let n = 0; n < 400; n++) {
      outstanding.push(...(await Promise.all(Array.from({ length: 500 }, () => keep(journal, text)))))
      if (n > 0) for (const number of outstanding.splice(0, 500)) journal.acknowledge(number, 'ingest')
      largest = Math.max(largest, statSync(path).size)
    }
    // 500 messages of about 160 bytes are 80 kB: the limit, and what arrives until it is looked at
    expect(largest).toBeLessThan(1.3 * 2 ** 20)
    for (const number of outstanding) journal.acknowledge(number, 'ingest')
    await journal.close()
    expect(statSync(path).size).toBeLessThan(100)
  }, 30_000)

  test('one message that is never settled does not make the file grow', async () => {
    const journal = await open({ rewriteBytes: 100_000 })
    await keep(journal, 'stuck', ['gone for good'])
    for (let n = 0; n < 50; n++) {
      const numbers = await Promise.all(Array.from({ length: 100 }, () => keep(journal, 'x'.repeat(100))))
      for (const number of numbers) journal.acknowledge(number, 'ingest')
    }
    await written(journal)
    await journal.close()
    expect(statSync(path).size).toBeLessThan(150_000)
    const again = await open()
    expect(texts(again)).toEqual(['stuck'])
    await again.close()
  })

  test('messages larger than a piece of the file that is read or rewritten at once', async () => {
    const first = await open({ rewriteBytes: 1000 })
    const large = ['a', 'b', 'c'].map((letter) => letter.repeat(3_000_000))
    const [number = 0] = await Promise.all(large.map((text) => keep(first, text)))
    first.acknowledge(number, 'ingest')
    await first.close()
    const second = await open()
    expect(texts(second)).toEqual(large.slice(1))
    await second.close()
  })
})

test('calls back in the order of the calls, also for what is not kept', async () => {
  const journal = await open()
  const order: number[] = []
  for (let n = 0; n < 6; n++) {
    if (n % 2 === 0) journal.append(message(`${n}`), () => order.push(n))
    else journal.afterAppended(() => order.push(n))
  }
  await written(journal)
  expect(order).toEqual([0, 1, 2, 3, 4, 5])
  await journal.close()
})

test('what cannot be written is not accepted', async () => {
  const journal = await open()
  await keep(journal, 'before')
  await journal.close()
  await expect(keep(journal, 'after')).rejects.toThrow('closed')
  expect(texts(journal)).toEqual(['before'])
})
