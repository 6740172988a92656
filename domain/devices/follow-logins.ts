import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '#infra/db/pool.ts'
import type { DeviceLogins } from '#infra/devices/device-logins.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { selectLogins } from './credentials.ts'

const POLL_MS = 1_000

type Options = {
  readonly pool: Queryable
  readonly logins: DeviceLogins
  readonly log: Logger
  readonly pollMs?: number
}

/**
 * Reads the credentials of devices whenever the registry has changed; polled, because the embedded database has no
 * notifications. While the database is unreachable the last ones are in force.
 * @returns stops it
 */
export function followLogins({ pool, logins, log, pollMs = POLL_MS }: Options): () => void {
  const stop = new AbortController()
  let version = -1
  const read = async (): Promise<void> => {
    const { rows } = await pool.query<{ version: number }>({
      name: 'device-logins-version',
      text: 'select version from registry_version',
    })
    const now = rows[0]?.version ?? 0
    if (now === version) return
    logins.set(await selectLogins(pool))
    version = now
  }
  void (async () => {
    while (!stop.signal.aborted) {
      await read().catch((error: Error) =>
        log.debug({ detail: error.message }, 'credentials of devices not readable; retrying in a second'),
      )
      await sleep(pollMs, undefined, { signal: stop.signal, ref: false }).catch(() => {})
    }
  })()
  return () => stop.abort()
}
