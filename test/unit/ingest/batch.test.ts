import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Batch } from '#ingest/commit/batch.ts'

type Item = { id: number; rows: number; owner: string }
const item = (id: number, rows = 1, owner = ''): Item => ({ id, rows, owner })

function open(
  over: { maxRows?: number; maxAgeMs?: number; quietMs?: number; writers?: number; writeMs?: number } = {},
) {
  const written: number[][] = []
  let atOnce = 0
  let mostAtOnce = 0
  const batch = new Batch<Item>({
    ...{ maxRows: 100, maxAgeMs: 10_000, quietMs: 10_000, writers: 1, ...over },
    rowsOf: ({ rows }) => rows,
    ownerOf: ({ owner }) => owner,
    write: async (items) => {
      atOnce += 1
      mostAtOnce = Math.max(mostAtOnce, atOnce)
      await sleep(over.writeMs ?? 0)
      written.push(items.map(({ id }) => id))
      atOnce -= 1
    },
  })
  return { batch, written, mostAtOnce: () => mostAtOnce }
}

describe('Batch', () => {
  test('writes when the rows are there', async () => {
    const { batch, written } = open({ maxRows: 4 })
    batch.add(item(1, 2))
    batch.add(item(2, 2))
    await sleep(5)
    expect(written).toEqual([[1, 2]])
  })

  test('writes a lone message after a quiet moment', async () => {
    const { batch, written } = open({ quietMs: 10 })
    batch.add(item(1))
    await sleep(60)
    expect(written).toEqual([[1]])
  })

  test('writes at the age limit though messages keep coming', async () => {
    const { batch, written } = open({ maxAgeMs: 40, quietMs: 15 })
    for (let i = 0; i < 20; i += 1) {
      batch.add(item(i))
      await sleep(5)
    }
    expect(written.length).toBeGreaterThanOrEqual(1)
    expect(written.flat().slice(0, 3)).toEqual([0, 1, 2])
  })

  test('waits half of the write duration: slow commits give larger batches', async () => {
    const sizeOf = async (writeMs: number) => {
      const { batch, written } = open({ maxAgeMs: 1_000, quietMs: 5, writers: 2, writeMs })
      for (let i = 0; i < 150; i += 1) {
        batch.add(item(i))
        await sleep(2)
      }
      await batch.drain()
      return 150 / written.length
    }
    const [quick, slow] = await Promise.all([sizeOf(0), sizeOf(80)])
    expect(slow).toBeGreaterThan(2 * quick)
  })

  test('flush does not wait: the window is full and nothing more can arrive', async () => {
    const { batch, written } = open()
    batch.add(item(1))
    batch.flush()
    await sleep(5)
    expect(written).toEqual([[1]])
  })

  test('no more writers than allowed; items added meanwhile are written next', async () => {
    const { batch, written, mostAtOnce } = open({ maxRows: 1, writers: 2, writeMs: 10 })
    for (let i = 0; i < 7; i += 1) batch.add(item(i))
    await batch.drain()
    expect(mostAtOnce()).toBe(2)
    expect(written.flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  test('a message larger than a batch is written alone', async () => {
    const { batch, written } = open({ maxRows: 10 })
    batch.add(item(1, 5_000))
    batch.add(item(2, 1))
    await batch.drain()
    expect(written).toEqual([[1], [2]])
  })

  test('drain without items ends', async () => {
    await expect(open().batch.drain()).resolves.toBeUndefined()
  })
})
