import { Worker } from 'node:worker_threads'
import { MINUTE_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Cell, Table, TableLimits } from './table.ts'
import { refuseFarCells } from './workbook-limits.ts'
import { unpackWithin } from './zip-guard.ts'

const WORKER = new URL('./workbook-worker.ts', import.meta.url)
const MAX_HEAP_MIB = 512
const MAX_MS = MINUTE_MS
const SHEET = /^xl\/worksheets\/[^/]+\.xml$/i

/**
 * The requested worksheet of an XLSX file. Limits are checked on the unpacked parts before anything is built from them,
 * and the rest happens in a thread with bounded heap and time.
 * @throws AppError REQUEST_INVALID, QUERY_TOO_LARGE
 */
export async function readWorkbook(bytes: Buffer, limits: TableLimits): Promise<Table> {
  await unpackWithin(bytes, limits.maxUnpackedBytes, (name, part) => {
    if (SHEET.test(name)) refuseFarCells(part.toString('latin1'), limits)
  })
  const tables = await parse(bytes)
  return tables.find(([head]) => head && limits.prefers?.(head as readonly Cell[])) ?? tables[0] ?? []
}

function parse(bytes: Buffer): Promise<Table[]> {
  const worker = new Worker(WORKER, {
    workerData: new Uint8Array(bytes),
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
  })
  const { promise, resolve, reject } = Promise.withResolvers<Table[]>()
  const refuse = (detail: string, cause?: Error) => reject(new AppError('REQUEST_INVALID', detail, { cause }))
  const timer = setTimeout(() => refuse(`the XLSX file takes more than ${MAX_MS / 1000} s to read`), MAX_MS)
  worker.once('message', resolve)
  worker.once('error', (error) => refuse('this is no readable XLSX file', error as Error))
  worker.once('exit', () => refuse('this is no readable XLSX file'))
  return promise.finally(() => {
    clearTimeout(timer)
    return worker.terminate()
  })
}
