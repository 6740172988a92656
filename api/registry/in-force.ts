import type { Queryable } from '#infra/db/pool.ts'
import { selectChangeAge } from '../queries/registry-changes.ts'

/** Every ingest worker asks for changes of the registry each second (ingest/registry/registry-rules.ts); twice that is enough. */
const IN_FORCE_MS = 2_500

/** Waits until the workers use the current registry. */
export async function untilInForce(db: Queryable, sleep: (ms: number) => Promise<unknown>): Promise<void> {
  const missing = IN_FORCE_MS - (await selectChangeAge(db))
  if (missing > 0) await sleep(missing)
}
