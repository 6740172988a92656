import { setTimeout as sleep } from 'node:timers/promises'
import { pendingMigrations } from '#infra/db/migrate.ts'
import type { Pool } from '#infra/db/pool.ts'
import type { Part } from '#model/api/ready.ts'

/** Whoever asks whether a city is ready waits no longer. */
const PATIENCE_MS = 3_000
/** As long as a statement of the API may take: whoever is silent for longer is not merely busy. */
const BUSY_MS = 15_000

type DatabaseParts = { readonly database: Part; readonly migrations: Part }

/**
 * What /ready says about the database. One probe is on its way at a time, however many ask.
 *
 *     answered  --late-->                                 busy    (ok: other statements come first, e.g. while history loads)
 *     busy      --answers-->                              answered
 *     busy      --silent for BUSY_MS-->                   silent  (not ok)
 *     any       --fails; late and never answered before-->  silent
 */
export function createDatabaseProbe(
  pool: Pick<Pool, 'query'>,
  { patienceMs = PATIENCE_MS, busyMs = BUSY_MS, now = () => performance.now() } = {},
): () => Promise<DatabaseParts> {
  let probe: Promise<DatabaseParts> | undefined
  let beganMs = now()
  let answered: DatabaseParts | undefined

  const start = (): Promise<DatabaseParts> => {
    beganMs = now()
    return pendingMigrations(pool)
      .then(
        (pending) => {
          answered = answers(pending)
          return answered
        },
        () => {
          answered = undefined
          return silent('does not answer')
        },
      )
      .finally(() => {
        probe = undefined
      })
  }

  return () => {
    probe ??= start()
    const late = sleep(patienceMs, undefined, { ref: false }).then(() => {
      const seconds = Math.round((now() - beganMs) / 1000)
      if (!answered || now() - beganMs >= busyMs) return silent(`does not answer; asked ${seconds} s ago`)
      return { ...answered, database: { ok: true, detail: `busy: has not answered for ${seconds} s` } }
    })
    return Promise.race([probe, late])
  }
}

function answers(pending: readonly string[]): DatabaseParts {
  const detail = pending.length === 0 ? 'up to date' : `run "npm run migrate"; not applied: ${pending.join(', ')}`
  return { database: { ok: true, detail: 'answers' }, migrations: { ok: pending.length === 0, detail } }
}

const silent = (detail: string): DatabaseParts => ({
  database: { ok: false, detail },
  migrations: { ok: false, detail: 'unknown while the database does not answer' },
})
