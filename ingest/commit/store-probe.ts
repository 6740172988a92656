/**
 * Distinguishes an outage from a fault of the message. Error codes alone cannot: a missing permission may concern every
 * statement or a rare one, and a message that crashes the server looks like a lost connection. So when an error is not a
 * known outage, or lasts long, an ordinary observation and an ordinary rejection are stored and rolled back. If that
 * succeeds, the fault is in what was being stored.
 *
 *     known outage, for less than `persistentMs`  -->  outage
 *     anything else, the probe fails              -->  outage
 *     anything else, the probe succeeds           -->  fault of the message
 */
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import { isTransient } from '#infra/db/retry.ts'
import { QUALITY } from '#model/observation/quality.ts'
import type { Grade } from '#model/things/grade.ts'
import type { Datastream } from '../registry/registry.ts'
import type { Ledger } from './ledger.ts'
import { minimalRejection } from './rejection.ts'
import type { Row } from './rows.ts'
import { insertRejected, updateLatest } from './store.ts'
import { ObservationStore } from './store-observations.ts'

export type StoreProbeOptions = {
  readonly pool: Pool
  readonly ledger: Ledger
  /** a known outage that lasts longer is probed */
  readonly persistentMs?: number
}

/** Longer than a restart of the database with recovery usually takes. */
const PERSISTENT_MS = 60_000
/** A successful probe is valid for this long, so that many faulty messages do not double the load. */
const VALID_MS = 500

class RolledBack extends Error {}

export class StoreProbe {
  readonly #options: StoreProbeOptions
  #running: Promise<boolean> | undefined
  #succeededMs = Number.NEGATIVE_INFINITY

  constructor(options: StoreProbeOptions) {
    this.#options = options
  }

  /** @param sinceMs time of the first failure, by `performance.now()` */
  async isOutage(error: unknown, sinceMs: number): Promise<boolean> {
    const { persistentMs = PERSISTENT_MS } = this.#options
    if (isTransient(error) && performance.now() - sinceMs < persistentMs) return true
    return !(await this.#canStore())
  }

  async #canStore(): Promise<boolean> {
    if (performance.now() - this.#succeededMs < VALID_MS) return true
    this.#running ??= this.#probe().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #probe(): Promise<boolean> {
    const { pool, ledger } = this.#options
    try {
      await inTransaction(pool, async (client) => {
        await storeObservation(client)
        await insertRejected(client, [minimalRejection({ source: 'probe', detail: 'probe', acknowledge: () => {} })])
        await ledger.write(client)
        throw new RolledBack()
      })
    } catch (error) {
      if (!(error instanceof RolledBack)) return false
    }
    this.#succeededMs = performance.now()
    return true
  }
}

/** For any Datastream; skipped while there is none. */
async function storeObservation(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ id: number; thingId: number; key: string; grade: Grade }>(
    `select d.id, t.id as "thingId", t.key, t.grade from datastream d join thing t on t.id = d.thing_id
     where d.property = 'temperature' or d.property = 'pm2_5' limit 1`,
  )
  const [found] = rows
  if (!found) return
  const datastream: Datastream = { ...found, thing: found.key, verified: true }
  const now = new Date()
  const row: Row = {
    ...{ part: 0, datastream, timeMs: now.getTime(), quality: QUALITY.notEvaluated, reasons: 0, location: undefined },
    sample: {
      ...{ device: `key/${found.key}`, property: 'temperature', channel: '', unit: 'Cel', domain: 'air' },
      ...{ phenomenonTime: now, result: 0, quality: QUALITY.notEvaluated, reasons: 0 },
    },
  }
  await new ObservationStore().insert(client, [row], [{ stored: 0, duplicate: 0, conflict: 0 }])
  await updateLatest(client, [row])
}
