import { parentPort } from 'node:worker_threads'
import { openHighs } from '#infra/linear-program/highs.ts'
import { createProtector, type ProtectionRequest } from '#model/statistics/disclosure/protect-intervals.ts'
import type { Suppression } from '#model/statistics/disclosure/suppression.ts'

/** Linear programs block their thread for up to seconds: this one is theirs. */
export type ToWorker = { readonly id: number; readonly request: ProtectionRequest }
export type FromWorker = { readonly id: number; readonly suppressed: readonly (readonly [string, Suppression])[] }

const solver = openHighs()
const protector = solver.then(createProtector)

parentPort?.on('message', async ({ id, request }: ToWorker) => {
  const suppressed = (await protector)(request)
  parentPort?.postMessage({ id, suppressed: [...suppressed] } satisfies FromWorker)
})
