import type { Queryable } from '#infra/db/pool.ts'
import type { VoiceAggregate, VoiceAggregates } from '#model/api/voices.ts'
import { cellId } from '#model/statistics/disclosure/linked-tables.ts'
import { protect } from '#model/statistics/disclosure/protect.ts'
import type { CountSuppression } from '#model/statistics/disclosure/suppression.ts'
import { VOICE_THRESHOLD, VOICE_TOPICS, type VoiceTopic } from '#model/voices/voice.ts'
import { WINDOW_DAYS } from './batches.ts'
import type { VoiceDeps } from './store.ts'

const COMMENTS = 200

export type PlacedRating = {
  readonly topic: VoiceTopic
  readonly kind: 'zone' | 'cell'
  readonly key: string
  readonly rating: number
}

const RATINGS = `
  select r.topic, b.place_kind as kind, b.place as key, r.rating
  from voice_rating r join voice_batch b on b.id = r.batch_id
  where b.released_on > $1::date - $2::int and b.released_on <= $1::date`
const ZONE_KEYS = `select key from zone order by key`
const APPROVED = `
  select v.comment as text, v.language, to_char(v.received_on, 'YYYY-MM') as month, v.place_kind as kind, v.place as key,
         array(select r.topic from voice_rating r where r.voice_id = v.id order by r.topic) as topics
  from voice v
  where v.comment_state = 'approved' and v.received_on > $1::date - $2::int
  order by v.id desc limit ${COMMENTS}`

type CommentRow = {
  text: string
  language: string
  month: string
  kind: 'zone' | 'cell'
  key: string
  topics: VoiceTopic[]
}

/** Voices by topic and place, as far as they may be published. */
export async function voiceAggregates({
  pool,
  clock,
  threshold = VOICE_THRESHOLD,
}: VoiceDeps): Promise<VoiceAggregates> {
  const today = clock().toISOString().slice(0, 10)
  const { rows } = await pool.query<PlacedRating>(RATINGS, [today, WINDOW_DAYS])
  const zones = (await pool.query<{ key: string }>(ZONE_KEYS)).rows.map(({ key }) => key)
  const topics = VOICE_TOPICS.map((topic) =>
    aggregateTopic(
      topic,
      rows.filter((row) => row.topic === topic),
      zones,
      threshold,
    ),
  )
  const shown = new Set(
    topics.flatMap(({ places }) => places.flatMap(({ place, n }) => (n === null ? [] : [nameOf(place)]))),
  )
  const comments = await selectApproved(pool, today)
  return {
    basis: 'self-selected',
    threshold,
    windowDays: WINDOW_DAYS,
    topics,
    comments: comments.map(({ kind, key, ...comment }) => ({
      ...comment,
      place: shown.has(nameOf({ kind, key })) ? { kind, key } : null,
    })),
  }
}

async function selectApproved(db: Queryable, today: string): Promise<CommentRow[]> {
  return (await db.query<CommentRow>(APPROVED, [today, WINDOW_DAYS])).rows
}

const nameOf = ({ kind, key }: { kind: string; key: string }): string => `${kind}:${key}`

/**
 * One topic over its places, under the rules of the surveys: figures below the threshold are suppressed, and so are as
 * many others as needed to keep them from being derived from the city's figure. Every zone is listed, so that a
 * zone without voices looks like one with few; a cell is listed only where it may be published.
 */
export function aggregateTopic(
  topic: VoiceTopic,
  ratings: readonly PlacedRating[],
  zones: readonly string[],
  threshold: number,
): VoiceAggregates['topics'][number] {
  const suppressed = protect(
    ratings.map((row) => ({ place: nameOf(row) })),
    ['place'],
    threshold,
  )
  const places = new Map(zones.map((key) => [nameOf({ kind: 'zone', key }), { kind: 'zone' as 'zone' | 'cell', key }]))
  for (const row of ratings) places.set(nameOf(row), { kind: row.kind, key: row.key })
  const listed = [...places].map(([name, place]) => {
    const own = ratings.filter((row) => nameOf(row) === name).map(({ rating }) => rating)
    return { place, ...aggregate(own, own.length === 0 ? 'below_threshold' : suppressed.get(cellId({ place: name }))) }
  })
  const all = ratings.map(({ rating }) => rating)
  return {
    topic,
    city: aggregate(all, all.length === 0 ? 'below_threshold' : suppressed.get(cellId({}))),
    places: listed.filter(({ place, n }) => place.kind === 'zone' || n !== null),
  }
}

function aggregate(ratings: readonly number[], suppressed: CountSuppression | undefined): VoiceAggregate {
  if (suppressed) return { n: null, mean: null, good: null, poor: null, suppressed }
  const n = ratings.length
  const share = (of: (rating: number) => boolean): number => ratings.filter(of).length / n
  return {
    n,
    mean: ratings.reduce((sum, rating) => sum + rating, 0) / n,
    good: share((rating) => rating >= 4),
    poor: share((rating) => rating <= 2),
    suppressed: null,
  }
}
