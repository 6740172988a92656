import { inTransaction, type Pool, type Queryable } from '#infra/db/pool.ts'
import type { Moderation, ModerationQueue } from '#model/api/voices.ts'
import { AppError } from '#model/basics/errors.ts'
import { tidyComment, type VoiceTopic } from '#model/voices/voice.ts'
import { takeTurn } from './batches.ts'

const QUEUE = `
  select v.id::text as id, v.comment as text, v.language, to_char(v.received_on, 'YYYY-MM') as month,
         v.place_kind as kind, v.place as key,
         array(select r.topic from voice_rating r where r.voice_id = v.id order by r.topic) as topics,
         count(*) over () as waiting
  from voice v where v.comment_state = 'waiting'
  order by v.id limit $1`

type QueueRow = {
  id: string
  text: string
  language: string
  month: string
  kind: 'zone' | 'cell'
  key: string
  topics: VoiceTopic[]
  waiting: number
}

/** Unread texts, oldest first, without their ratings: a moderator decides on the text alone. */
export async function selectQueue(db: Queryable, limit: number): Promise<ModerationQueue> {
  const { rows } = await db.query<QueueRow>(QUEUE, [limit])
  return {
    waiting: rows[0]?.waiting ?? 0,
    comments: rows.map(({ waiting: _, kind, key, ...comment }) => ({ ...comment, place: { kind, key } })),
  }
}

// $2: the answer of the city, null without one; $3: the day
const REPLY = 'reply = $2, replied_on = case when $2::text is null then null else $3::date end'
const APPROVE = `update voice set comment_state = 'approved', ${REPLY} where id = $1 and comment_state = 'waiting'`
const REFUSE = `update voice set comment_state = 'refused', comment = null, ${REPLY} where id = $1 and comment_state = 'waiting'`

/**
 * All of the decisions or none.
 * @throws AppError NOT_FOUND for a text that is not waiting: decided by another moderator, or erased by the resident
 */
export async function moderate(
  { pool, clock }: { readonly pool: Pool; readonly clock: () => Date },
  { decisions }: Moderation,
): Promise<{ approved: number; refused: number }> {
  const today = clock().toISOString().slice(0, 10)
  await inTransaction(pool, async (client) => {
    await takeTurn(client)
    for (const { id, decision, reply } of decisions) {
      const values = [id, reply === undefined ? null : tidyComment(reply), today]
      const { rowCount } = await client.query(decision === 'approve' ? APPROVE : REFUSE, values)
      if (!rowCount) throw new AppError('NOT_FOUND', `a waiting text with id ${id} (decided or erased meanwhile)`)
    }
  })
  const approved = decisions.filter(({ decision }) => decision === 'approve').length
  return { approved, refused: decisions.length - approved }
}
