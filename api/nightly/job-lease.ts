/**
 * The right to run a nightly job for one night. One process at a time has it:
 *
 *     due  --take()-->                                             held, with a term
 *     held --finish()-->                                           done for that night
 *     held --giveBack(), or the process died: its lease expired--> due
 *
 * A process that was stopped for longer than its lease may run a job that another one has begun meanwhile. Jobs bear that; what
 * counts is the run of the one that has the term. Times of leases are those of the database, because the clocks of hosts differ.
 */
import { randomUUID } from 'node:crypto'
import type { Pool } from '#infra/db/pool.ts'
import { Renewal } from '#infra/runtime/renewal.ts'

/** A process that dies is replaced after it. */
export const JOB_LEASE_MS = 60_000

const TAKE = `
  with taken as (
    update nightly_job set holder = $2, lease_until = clock_timestamp() + $4 * interval '1 millisecond'
    where job = $1 and done_for < $3 and (holder is null or lease_until < clock_timestamp()) returning job)
  select case when exists (select from taken) then 'taken' when done_for < $3 then 'held' else 'done' end as answer
  from nightly_job where job = $1`
const RENEW = `
  update nightly_job set lease_until = clock_timestamp() + $3 * interval '1 millisecond' where job = $1 and holder = $2`
const FINISH = `
  update nightly_job set done_for = $3, finished_at = clock_timestamp(), failure = $4, holder = null, lease_until = '-infinity'
  where job = $1 and holder = $2`
const GIVE_BACK = `update nightly_job set holder = null, lease_until = '-infinity' where job = $1 and holder = $2`

export type JobName = 'reconcile' | 'compute_months' | 'delete_expired'
export type JobLease = {
  /** the night is done, whether the job failed or not */
  finish(failure: string | null): Promise<void>
  /** another process, or this one later, may run it */
  giveBack(): Promise<void>
}

/** @returns 'held' while another process runs the job, 'done' when it was run for this night */
export async function takeJob(
  pool: Pool,
  { job, night, leaseMs }: { readonly job: JobName; readonly night: Date; readonly leaseMs: number },
): Promise<JobLease | 'held' | 'done'> {
  const term = randomUUID()
  const askedAtMs = performance.now()
  const { rows } = await pool.query<{ answer: 'taken' | 'held' | 'done' }>(TAKE, [job, term, night, leaseMs])
  const answer = rows[0]?.answer ?? 'done'
  if (answer !== 'taken') return answer
  const renewal = new Renewal({
    leaseMs,
    renew: async (ms) => (await pool.query(RENEW, [job, term, ms])).rowCount === 1,
  })
  renewal.start(askedAtMs)
  return {
    finish: async (failure) => {
      renewal.stop()
      await pool.query(FINISH, [job, term, night, failure])
    },
    giveBack: async () => {
      renewal.stop()
      await pool.query(GIVE_BACK, [job, term])
    },
  }
}
