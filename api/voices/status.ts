import type { Queryable } from '#infra/db/pool.ts'
import { hashOfCode } from '#infra/runtime/personal-code.ts'
import type { VoiceStatus } from '#model/api/voices.ts'
import { AppError } from '#model/basics/errors.ts'

const STATUS = `
  select to_char(v.received_on, 'YYYY-MM') as month, to_char(v.delete_on, 'YYYY-MM-DD') as "deleteOn",
         v.comment_state as comment, v.reply, to_char(v.replied_on, 'YYYY-MM') as "replyMonth",
         array(select r.topic from voice_rating r where r.voice_id = v.id order by r.topic) as topics
  from voice v where v.code_hash = $1`

/**
 * What became of a voice, for whoever has its code. Whether its ratings are in a figure already is not told: that would say when
 * others of the same place spoke.
 * @throws AppError CODE_UNKNOWN: never given, or erased
 */
export async function voiceStatus(db: Queryable, code: string): Promise<VoiceStatus> {
  const [found] = (await db.query<VoiceStatus>(STATUS, [hashOfCode(code)])).rows
  if (!found) throw new AppError('CODE_UNKNOWN')
  return found
}
