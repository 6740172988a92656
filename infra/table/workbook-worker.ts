/** Reads a workbook in a thread of its own: what an upload does to the memory of its reader ends with the thread. */
import { parentPort, workerData } from 'node:worker_threads'
import readXlsx from 'read-excel-file/node'
import type { Cell, Table } from './table.ts'

const sheets = await readXlsx(Buffer.from(workerData as Uint8Array))
const tables: Table[] = sheets.map(({ data }) =>
  data.map((row) => row.map((cell) => (cell instanceof Date ? cell.toISOString().slice(0, 10) : (cell as Cell)))),
)
parentPort?.postMessage(tables)
