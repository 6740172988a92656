import { randomInt } from 'node:crypto'
import { latLngToCell } from 'h3-js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { scheduleNightlyJobs } from '#api/nightly/nightly.ts'
import { deleteExpiredVoices } from '#api/voices/delete-expired.ts'
import { addVoice, eraseVoice } from '#api/voices/store.ts'
import { createLog } from '#infra/runtime/log.ts'
import { voiceAggregates } from '#model/api/voices.ts'
import { determined } from '#model/statistics/solver/determined-unknowns.ts'
import { CONSENT_VERSION, type VoiceTopic } from '#model/voices/voice.ts'
import { authorized, NOW, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
let now = NOW
beforeAll(async () => {
  api = await openTestApi({ clock: () => now })
})
afterAll(() => api.close())
beforeEach(async () => {
  now = NOW
  await api.pool.query('delete from voice')
  await api.pool.query('delete from voice_batch')
})

const WEST = { kind: 'zone', key: 'west' } as const
const voice = (ratings: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  place: WEST,
  ratings,
  language: 'en',
  consent: CONSENT_VERSION,
  ...more,
})
let household = 0
/** From an address of its own, unless one is given. */
async function speak(payload: unknown, remoteAddress = `10.1.${household >> 8}.${household++ % 256}`) {
  const answer = await api.app.inject({
    method: 'POST',
    url: '/api/v1/voices',
    payload: payload as object,
    remoteAddress,
  })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}
const erase = async (code: string) => {
  const answer = await api.app.inject({ method: 'DELETE', url: '/api/v1/voices', payload: { code } })
  return { status: answer.statusCode, body: answer.json() }
}
async function aggregates() {
  return voiceAggregates.parse((await api.app.inject('/api/v1/voices/aggregates')).json())
}
async function figure(topic: VoiceTopic, key = 'west') {
  const found = (await aggregates()).topics.find((one) => one.topic === topic)
  return found?.places.find(({ place }) => place.key === key)
}

describe('what is kept of a voice', () => {
  test('place, day, language, consent, ratings, words: no address, no time of day, no code', async () => {
    const { status, body, headers } = await speak(
      voice({ air: 2 }, { comment: ' Smoke\u0000 at night ' }),
      '203.0.113.77',
    )
    expect(status).toBe(201)
    expect(headers['cache-control']).toBe('no-store')
    expect(body.code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
    const [row] = (await api.pool.query('select * from voice')).rows
    expect(Object.keys(row).sort()).toEqual([
      'code_hash',
      'comment',
      'comment_state',
      'consent',
      'delete_on',
      'id',
      'language',
      'place',
      'place_kind',
      'received_on',
      'replied_on',
      'reply',
    ])
    expect(row).toMatchObject({ comment: 'Smoke at night', comment_state: 'waiting', place: 'west' })
    expect(row.code_hash).toHaveLength(32)
    const kept = JSON.stringify(
      (await api.pool.query('select v::text, r::text from voice v join voice_rating r on r.voice_id = v.id')).rows,
    )
    expect(kept).not.toContain('203.0.113.77')
    expect(kept).not.toContain(body.code)
  })

  const cell = (resolution: number, lat = 38.65) => ({ kind: 'cell', key: latLngToCell(lat, -9.15, resolution) })
  test.each([
    ['a position', voice({ air: 3 }, { position: [-9.15, 38.65] }), 400, 'position'],
    ['a position inside the place', voice({ air: 3 }, { place: { ...WEST, lat: 38.65 } }), 400, 'place'],
    ['a cell finer than 5 km2', voice({ air: 3 }, { place: cell(8) }), 422, 'resolution 7, not 8'],
    ['a cell elsewhere', voice({ air: 3 }, { place: cell(7, 48) }), 422, 'outside the city'],
    ['a zone that is no text', voice({ air: 3 }, { place: { kind: 'zone', key: 'we\u0000st' } }), 400, 'place.key'],
    ['no cell', voice({ air: 3 }, { place: { kind: 'cell', key: '0123456789abcde' } }), 422, 'not an H3 cell'],
    ['an unknown zone', voice({ air: 3 }, { place: { kind: 'zone', key: 'moon' } }), 404, 'moon'],
    ['no rating', voice({}), 400, 'at least one topic'],
    ['an unknown topic', voice({ mayor: 1 }), 400, 'mayor'],
    ['a rating off the scale', voice({ air: 6 }), 400, 'ratings.air = 6'],
    ['no consent', voice({ air: 3 }, { consent: false }), 400, 'consent'],
    ['an essay', voice({ air: 3 }, { comment: 'x'.repeat(501) }), 400, 'comment'],
  ])('%s is refused, and said', async (_, payload, status, said) => {
    const refused = await speak(payload)
    expect([refused.status, refused.body.detail]).toEqual([status, expect.stringContaining(said)])
    expect((await api.pool.query('select 1 from voice')).rowCount).toBe(0)
  })

  test.each([
    ['call me: +351 912 345 678', 'phone'],
    ['اتصل بي ٠١٢٣٤٥٦٧٨', 'phone'],
    ['ana.silva@example.org wrote this', 'email'],
    ['see https://example.org/me', 'link'],
  ])('"%s" holds personal data: refused without repeating it', async (comment, trace) => {
    const refused = await speak(voice({ air: 3 }, { comment }))
    expect([refused.status, refused.body.code]).toEqual([422, 'VALUE_INVALID'])
    expect(refused.body.detail).toContain(trace)
    expect(refused.body.detail).not.toContain(comment)
  })

  test('a coarse cell of the city is a place', async () => {
    const place = cell(7)
    for (let i = 0; i < 10; i++) expect((await speak(voice({ noise: 1 }, { place }))).status).toBe(201)
    expect(await figure('noise', place.key)).toMatchObject({ place, n: 10, mean: 1, poor: 1, good: 0 })
  })
})

describe('what is shown', () => {
  test('nothing of nine; of ten the mean by hand; the eleventh waits for nine others', async () => {
    const ratings = [1, 1, 2, 3, 3, 4, 4, 5, 5, 5]
    for (const rating of ratings.slice(0, 9)) await speak(voice({ connection: rating }))
    const hidden = { n: null, mean: null, good: null, poor: null, suppressed: 'below_threshold' }
    // a zone where nine spoke looks like one where nobody did
    expect(await figure('connection')).toEqual({ place: WEST, ...hidden })
    expect(await figure('connection', 'east')).toEqual({ place: { kind: 'zone', key: 'east' }, ...hidden })
    await speak(voice({ connection: 5 }))
    // 33 / 10; 4 and 5: five of ten; 1 and 2: three of ten
    const ten = { n: 10, mean: 3.3, good: 0.5, poor: 0.3, suppressed: null }
    expect(await figure('connection')).toEqual({ place: WEST, ...ten })
    for (let i = 0; i < 9; i++) await speak(voice({ connection: 1 }))
    expect(await figure('connection')).toEqual({ place: WEST, ...ten })
    await speak(voice({ connection: 1 }))
    // (33 + 10) / 20
    expect(await figure('connection')).toMatchObject({ n: 20, mean: 2.15 })
    const { topics } = await aggregates()
    expect(topics.find(({ topic }) => topic === 'connection')?.city).toMatchObject({ n: 20, mean: 2.15 })
    expect(await figure('noise')).toMatchObject(hidden)
  })

  test('after a year a batch is history', async () => {
    for (let i = 0; i < 10; i++) await speak(voice({ air: 4 }))
    now = new Date(NOW.getTime() + 364 * 86_400_000)
    expect((await figure('air'))?.n).toBe(10)
    now = new Date(NOW.getTime() + 365 * 86_400_000)
    expect((await figure('air'))?.n).toBeNull()
  })

  test('says that it is no sample, and no survey holds it', async () => {
    expect(await aggregates()).toMatchObject({ basis: 'self-selected', threshold: 10 })
    expect((await api.app.inject('/api/v1/surveys')).json().surveys).toEqual([])
  })
})

describe('erasure', () => {
  test('by the code, however it is typed; the batch goes with it and comes back with ten new ones', async () => {
    const codes: string[] = []
    for (let i = 0; i < 10; i++) codes.push((await speak(voice({ service: 5 }))).body.code)
    expect((await erase(codes[0]?.toLowerCase().replaceAll('-', ' ') ?? '')).status).toBe(200)
    expect((await api.pool.query('select 1 from voice')).rowCount).toBe(9)
    expect((await figure('service'))?.n).toBeNull()
    for (let i = 0; i < 9; i++) await speak(voice({ service: 1 }))
    expect((await figure('service'))?.n).toBeNull()
    await speak(voice({ service: 1 }))
    // nine of the old ones at 5 and ten new ones at 1: 55 / 19
    expect(await figure('service')).toMatchObject({ n: 19, mean: 55 / 19 })
    expect(await erase(codes[0] ?? '')).toMatchObject({ status: 404, body: { code: 'CODE_UNKNOWN' } })
  })

  test('a wrong code erases nothing', async () => {
    await speak(voice({ air: 3 }))
    expect((await erase('0000-0000-0000-0000')).status).toBe(404)
    expect((await api.pool.query('select 1 from voice')).rowCount).toBe(1)
  })

  test('whoever compares all publications finds no rating, whatever is said and erased in between', async () => {
    const threshold = 4
    const deps = { pool: api.pool, clock: () => now, threshold }
    const codes: string[] = []
    const publications = new Map<string, Set<string>>()
    for (let step = 0; step < 120; step++) {
      const at = randomInt(codes.length + 1)
      if (codes.length > 0 && randomInt(4) === 0) await eraseVoice(deps, codes.splice(at % codes.length, 1)[0] ?? '')
      else codes.push(await addVoice(deps, voice({ air: 1 + randomInt(5) }) as never))
      const { rows } = await api.pool.query<{ id: string }>(
        'select voice_id::text as id from voice_rating where batch_id is not null order by voice_id',
      )
      const ids = rows.map(({ id }) => id)
      publications.set(ids.join(), new Set(ids))
    }
    expect(publications.size).toBeGreaterThan(10)
    const sets = [...publications.values()]
    const smallest = sets.flatMap((a) => sets.filter((b) => b !== a).map((b) => a.symmetricDifference(b).size))
    expect(Math.min(...smallest)).toBeGreaterThanOrEqual(threshold)
    const sums = sets.filter(({ size }) => size > 0).map((set) => new Map([...set].map((id) => [id, 1])))
    expect([...determined(sums)]).toEqual([])
  }, 120_000)
})

describe('a voice is not kept for ever', () => {
  const DAY_MS = 86_400_000
  const dayOf = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS)
  const deleteExpired = () => deleteExpiredVoices({ pool: api.pool, clock: () => now })
  const voices = async () => (await api.pool.query('select 1 from voice')).rowCount
  const keepDays = (days: number | null) =>
    api.pool.query(`update city set pack = (pack::jsonb - 'voices') || $1::jsonb`, [
      days === null ? {} : { voices: { keepDays: days } },
    ])
  afterEach(() => keepDays(null))

  test('730 days, the number that the form tells; then words and ratings are gone', async () => {
    await speak(voice({ air: 2 }, { comment: 'Smoke' }))
    expect((await api.app.inject('/api/v1/city')).json()).toMatchObject({ voiceKeepDays: 730 })
    now = dayOf(729)
    expect(await deleteExpired()).toBe(0)
    now = dayOf(730)
    expect(await deleteExpired()).toBe(1)
    const left = await api.pool.query('select voice_id::text from voice_rating union all select comment from voice')
    expect(left.rows).toEqual([])
  })

  test('a city keeps them for as long as it says; a longer time does not reach those who were told a shorter', async () => {
    await keepDays(60)
    expect((await api.app.inject('/api/v1/city')).json()).toMatchObject({ voiceKeepDays: 60 })
    await speak(voice({ air: 2 }))
    await keepDays(600)
    now = dayOf(60)
    expect(await deleteExpired()).toBe(1)
    now = NOW
    await speak(voice({ air: 2 }))
    await keepDays(30)
    now = dayOf(30)
    expect(await deleteExpired()).toBe(1)
  })

  test('a figure that is shown goes as a whole with the first of its voices: ten, then none, never nine', async () => {
    await keepDays(60)
    await speak(voice({ air: 2 }))
    now = dayOf(20)
    for (let i = 0; i < 9; i++) await speak(voice({ air: 4 }))
    expect((await figure('air'))?.n).toBe(10)
    now = dayOf(60)
    expect(await deleteExpired()).toBe(1)
    expect((await figure('air'))?.n).toBeNull()
    // the nine have been seen: they wait for ten new ones
    for (let i = 0; i < 9; i++) await speak(voice({ air: 4 }))
    expect((await figure('air'))?.n).toBeNull()
    await speak(voice({ air: 4 }))
    expect((await figure('air'))?.n).toBe(19)
  })

  test('what is left of a figure that is shown no more does not come out again', async () => {
    await speak(voice({ air: 2 }))
    now = dayOf(300)
    for (let i = 0; i < 9; i++) await speak(voice({ air: 4 }))
    now = dayOf(730)
    expect(await deleteExpired()).toBe(1)
    for (let i = 0; i < 10; i++) await speak(voice({ air: 3 }))
    expect(await figure('air')).toMatchObject({ n: 10, mean: 3 })
  })

  test('the API does so by itself, from its start on', async () => {
    await speak(voice({ air: 2 }))
    now = dayOf(730)
    const clock = () => now
    const log = createLog('test', 'silent')
    const stop = scheduleNightlyJobs({ pool: api.pool, clock, log, warm: async () => {}, deleteExpired })
    await expect.poll(voices, { timeout: 10_000 }).toBe(0)
    stop()
  })
})

describe('rate limits', () => {
  test('five an hour from one address, then 429 with the time to wait; another address, and the next hour, are free', async () => {
    for (let i = 0; i < 5; i++) expect((await speak(voice({ air: 3 }), '198.51.100.1')).status).toBe(201)
    const sixth = await speak(voice({ air: 3 }), '198.51.100.1')
    expect([sixth.status, sixth.body.code]).toEqual([429, 'RATE_LIMITED'])
    expect(Number(sixth.headers['retry-after'])).toBeGreaterThan(0)
    expect((await speak(voice({ air: 3 }), '198.51.100.2')).status).toBe(201)
    now = new Date(NOW.getTime() + 3_600_000)
    expect((await speak(voice({ air: 3 }), '198.51.100.1')).status).toBe(201)
  })
})

test('a header does not make another household, unless a trusted proxy sends it', async () => {
  const from = (app: TestApi['app'], client: string) =>
    app.inject({
      method: 'POST',
      url: '/api/v1/voices',
      payload: voice({ air: 3 }),
      remoteAddress: '192.0.2.10',
      headers: { 'x-forwarded-for': client },
    })
  for (let i = 0; i < 5; i++) expect((await from(api.app, `198.51.100.${i}`)).statusCode).toBe(201)
  expect((await from(api.app, '198.51.100.77')).statusCode).toBe(429)
  const behind = await openTestApi({ trustProxy: '192.0.2.0/24' })
  for (let i = 0; i < 6; i++) expect((await from(behind.app, `198.51.100.${i}`)).statusCode).toBe(201)
  await behind.close()
})

describe('moderation', () => {
  const moderate = async (payload: object, headers: Record<string, string> = authorized) => {
    const answer = await api.app.inject({ method: 'POST', url: '/api/v1/voices/moderation', payload, headers })
    return { status: answer.statusCode, body: answer.json() }
  }
  const queue = async () =>
    (await api.app.inject({ url: '/api/v1/voices/moderation', headers: authorized })).json() as {
      waiting: number
      comments: { id: string; text: string }[]
    }

  test('no word shows before it was approved; a refused one is deleted, its ratings stay', async () => {
    await speak(voice({ air: 3, noise: 2 }, { comment: 'The trams squeal' }))
    await speak(voice({ air: 1 }, { comment: 'Rude words' }))
    expect((await aggregates()).comments).toEqual([])
    const { waiting, comments } = await queue()
    expect(waiting).toBe(2)
    expect(comments[0]).toMatchObject({ text: 'The trams squeal', topics: ['air', 'noise'], month: '2026-11' })
    const [good, bad] = comments
    const decided = await moderate({
      decisions: [
        { id: good?.id, decision: 'approve' },
        { id: bad?.id, decision: 'refuse' },
      ],
    })
    expect(decided).toEqual({ status: 200, body: { approved: 1, refused: 1 } })
    // one voice in the district: its words show, its place does not
    expect((await aggregates()).comments).toEqual([
      { text: 'The trams squeal', language: 'en', month: '2026-11', topics: ['air', 'noise'], place: null },
    ])
    const { rows } = await api.pool.query(`select comment from voice where comment_state = 'refused'`)
    expect(rows).toEqual([{ comment: null }])
    expect((await api.pool.query('select 1 from voice_rating')).rowCount).toBe(3)
    expect((await queue()).waiting).toBe(0)
  })

  test('the place shows with ten voices of it', async () => {
    await speak(voice({ air: 3 }, { comment: 'Fine' }))
    for (let i = 0; i < 9; i++) await speak(voice({ air: 3 }))
    await moderate({ decisions: [{ id: (await queue()).comments[0]?.id, decision: 'approve' }] })
    expect((await aggregates()).comments[0]?.place).toEqual(WEST)
  })

  test('all or nothing: a text that was erased meanwhile stops the rest', async () => {
    const { body } = await speak(voice({ air: 3 }, { comment: 'First' }))
    await speak(voice({ air: 3 }, { comment: 'Second' }))
    const { comments } = await queue()
    await erase(body.code)
    const decisions = [comments[1], comments[0]].map((comment) => ({ id: comment?.id, decision: 'approve' }))
    expect((await moderate({ decisions })).status).toBe(404)
    expect((await queue()).waiting).toBe(1)
  })

  test('needs the key', async () => {
    expect((await api.app.inject('/api/v1/voices/moderation')).statusCode).toBe(401)
    expect((await moderate({ decisions: [{ id: '1', decision: 'approve' }] }, {})).status).toBe(401)
  })
})
