import { inTransaction, type Pool } from '#infra/db/pool.ts'
import { hashOfCode, newCode } from '#infra/runtime/personal-code.ts'
import type { NewVoice } from '#model/api/voices.ts'
import { AppError } from '#model/basics/errors.ts'
import { groupedCode } from '#model/basics/personal-code.ts'
import { VOICE_RETENTION_DAYS } from '#model/basics/retention.ts'
import { personalTraces, tidyComment, VOICE_THRESHOLD, VOICE_TOPICS } from '#model/voices/voice.ts'
import { deleteVoices, releaseFull, takeTurn } from './batches.ts'
import { checkPlace } from './place.ts'

export type VoiceDeps = { readonly pool: Pool; readonly clock: () => Date; readonly threshold?: number }

const VOICE = `
  insert into voice (place_kind, place, received_on, language, consent, code_hash, comment, comment_state, delete_on)
  values ($1, $2, $3::date, $4, $5, $6, $7, $8,
          $3::date + coalesce((select (pack -> 'voices' ->> 'keepDays')::int from city limit 1), ${VOICE_RETENTION_DAYS}))
  returning id`
const RATING = `insert into voice_rating (voice_id, topic, rating) values ($1, $2, $3)`

/**
 * Stores a voice. @returns the code that erases it, in groups of four; it cannot be retrieved again
 * @throws AppError VALUE_INVALID, ZONE_UNKNOWN
 */
export async function addVoice(deps: VoiceDeps, voice: NewVoice): Promise<string> {
  const { place, ratings, language, consent } = voice
  const comment = readComment(voice.comment)
  await checkPlace(deps.pool, place)
  const code = newCode()
  const today = deps.clock().toISOString().slice(0, 10)
  const state = comment === null ? 'none' : 'waiting'
  await inTransaction(deps.pool, async (client) => {
    await takeTurn(client)
    const values = [place.kind, place.key, today, language, consent, hashOfCode(code), comment, state]
    const id = (await client.query<{ id: number }>(VOICE, values)).rows[0]?.id
    for (const topic of VOICE_TOPICS) {
      if (ratings[topic] === undefined) continue
      await client.query(RATING, [id, topic, ratings[topic]])
      await releaseFull(client, { topic, place, threshold: deps.threshold ?? VOICE_THRESHOLD, today })
    }
  })
  return groupedCode(code)
}

function readComment(text: string | undefined): string | null {
  const comment = tidyComment(text ?? '')
  const traces = personalTraces(comment)
  // the text itself is not repeated: problems are displayed and logged, voices are not
  if (traces.length > 0)
    throw new AppError('VALUE_INVALID', `comment: seems to contain personal data (${traces.join(', ')}); remove it`)
  return comment === '' ? null : comment
}

/** @throws AppError CODE_UNKNOWN: never given, or erased already */
export async function eraseVoice({ pool, clock }: Pick<VoiceDeps, 'pool' | 'clock'>, code: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    await takeTurn(client)
    const { rows } = await client.query<{ id: number }>('select id from voice where code_hash = $1', [hashOfCode(code)])
    const id = rows[0]?.id
    if (id === undefined) throw new AppError('CODE_UNKNOWN')
    await deleteVoices(client, [id], clock())
  })
}
