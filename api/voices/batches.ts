import { ADVISORY_LOCKS } from '#infra/db/advisory-locks.ts'
import type { Queryable } from '#infra/db/pool.ts'
import type { VoicePlace, VoiceTopic } from '#model/voices/voice.ts'

/**
 * When a rating is published. Figures that change with every voice would reveal each of them to anyone who compares two
 * publications, so ratings of a topic in a place wait until there are as many as the threshold and are published together:
 *
 *   waiting -> published (in a batch of at least `threshold`) -> withdrawn -> published (in a later batch)
 *
 * Erasing a voice, or deleting an expired one, withdraws its entire batch: otherwise the difference would be the erased
 * rating. The rest of the batch is published with the next one, which needs `threshold` unpublished ratings: then no
 * difference between two publications rests on fewer than that.
 */

/** Everything that changes voices runs one at a time: two at once could each publish a part of one batch. */
export const takeTurn = (db: Queryable): Promise<unknown> =>
  db.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.voices])

const RELEASE = `
  with waiting as (
    select r.voice_id, r.withdrawn
    from voice_rating r join voice v on v.id = r.voice_id
    where r.topic = $1 and v.place_kind = $2 and v.place = $3 and r.batch_id is null
  ), batch as (
    insert into voice_batch (topic, place_kind, place, released_on)
    select $1, $2, $3, $5 where (select count(*) from waiting where not withdrawn) >= $4
    returning id
  )
  update voice_rating r set batch_id = batch.id, withdrawn = false
  from batch, waiting w where r.voice_id = w.voice_id and r.topic = $1`

export async function releaseFull(
  db: Queryable,
  { topic, place, threshold, today }: { topic: VoiceTopic; place: VoicePlace; threshold: number; today: string },
): Promise<void> {
  await db.query(RELEASE, [topic, place.kind, place.key, threshold, today])
}

/** Older batches are no longer published: people move, streets change. */
export const WINDOW_DAYS = 365

// Rows of the ratings come first: deleting a batch sets its ratings free, and then nobody knows which they were. What is
// left of a batch that is shown no more stays where it is, or it would come out once more as if it were new.
const SHOWN_OF = `
  select b.id from voice_batch b join voice_rating r on r.batch_id = b.id
  where r.voice_id = any($1) and b.released_on > $2::date - ${WINDOW_DAYS}`
const WITHDRAW = `update voice_rating set withdrawn = true where batch_id in (${SHOWN_OF})`
const DISSOLVE = `delete from voice_batch where id in (${SHOWN_OF})`
const DELETE = `delete from voice where id = any($1)`
const FORGET_EMPTY = `delete from voice_batch b where not exists (select from voice_rating r where r.batch_id = b.id)`

/** Deletes voices and withdraws the batches that contain them. Within a transaction, after takeTurn. */
export async function deleteVoices(db: Queryable, voices: readonly number[], now: Date): Promise<void> {
  const today = now.toISOString().slice(0, 10)
  await db.query(WITHDRAW, [voices, today])
  await db.query(DISSOLVE, [voices, today])
  await db.query(DELETE, [voices])
  await db.query(FORGET_EMPTY)
}
