import { inTransaction, type Pool, type Queryable } from '#infra/db/pool.ts'
import type { Maintenance, NewMaintenance, NewSilence, Silence } from '#model/api/notifications.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import { isInWindows } from '#model/notifications/weekly-windows.ts'
import { selectTimeZone } from '../queries/city.ts'

const MAX_SILENCE_DAYS = 366
const MAX_OPEN = 1_000
/** Silences that ended are shown for a while. */
const SHOWN_ENDED_DAYS = 30

type SilenceRow = Omit<Silence, 'startsAt' | 'endsAt' | 'createdAt' | 'state'> & {
  readonly startsAt: Date
  readonly endsAt: Date
  readonly createdAt: Date
}
const SILENCE = `
  id::text, matchers, starts_at as "startsAt", ends_at as "endsAt", author, comment, created_at as "createdAt"`

const silenceOf = (row: SilenceRow, now: Date): Silence => ({
  ...row,
  startsAt: row.startsAt.toISOString(),
  endsAt: row.endsAt.toISOString(),
  createdAt: row.createdAt.toISOString(),
  state: row.endsAt <= now ? 'ended' : row.startsAt > now ? 'planned' : 'active',
})

/** Those that are open or ended in the last 30 days, newest first. */
export async function selectSilences(db: Queryable, now: Date): Promise<Silence[]> {
  const since = new Date(now.getTime() - SHOWN_ENDED_DAYS * DAY_MS)
  const { rows } = await db.query<SilenceRow>(
    `select ${SILENCE} from notification_silence where ends_at > $1 order by id desc limit ${2 * MAX_OPEN}`,
    [since],
  )
  return rows.map((row) => silenceOf(row, now))
}

/** @throws AppError INTERVAL_REVERSED, VALUE_INVALID */
export async function createSilence(pool: Pool, request: NewSilence, now: Date): Promise<Silence> {
  const [from, to] = [request.startsAt === undefined ? now : new Date(request.startsAt), new Date(request.endsAt)]
  if (to <= from) throw new AppError('INTERVAL_REVERSED', `from is ${from.toISOString()}, to is ${to.toISOString()}`)
  if (to <= now) throw new AppError('VALUE_INVALID', `endsAt: ${to.toISOString()} is in the past`)
  if (to.getTime() - from.getTime() > MAX_SILENCE_DAYS * DAY_MS)
    throw new AppError('VALUE_INVALID', `endsAt: at most ${MAX_SILENCE_DAYS} days after the begin`)
  await requireRoom(pool, 'select count(*) as n from notification_silence where ends_at > $1', [now])
  const { rows } = await pool.query<SilenceRow>(
    `insert into notification_silence (matchers, starts_at, ends_at, author, comment, created_at)
     values ($1, $2, $3, $4, $5, $6) returning ${SILENCE}`,
    [JSON.stringify(request.matchers), from, to, request.author, request.comment, now],
  )
  const [row] = rows
  if (!row) throw new Error('insert returned no row')
  return silenceOf(row, now)
}

async function requireRoom(db: Queryable, statement: string, values: unknown[]): Promise<void> {
  const { rows } = await db.query<{ n: number }>(statement, values)
  if ((rows[0]?.n ?? 0) >= MAX_OPEN) throw new AppError('VALUE_INVALID', `there are ${MAX_OPEN} already; end one first`)
}

// What is held is looked at again at once.
const RELEASE = `update notification set due_at = $1, held_by = null where state = 'waiting' and held_by = $2`

/** Ends a silence now; one that has ended stays as it is. @throws AppError NOT_FOUND */
export async function endSilence(pool: Pool, id: number, now: Date): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ started: boolean }>(
      'select starts_at < $2 as started from notification_silence where id = $1 for update',
      [id, now],
    )
    if (!rows[0]) throw new AppError('NOT_FOUND', `a silence with id ${id}`)
    if (rows[0].started)
      await client.query('update notification_silence set ends_at = $2 where id = $1 and ends_at > $2', [id, now])
    else await client.query('delete from notification_silence where id = $1', [id])
    await client.query(RELEASE, [now, 'silence'])
  })
}

type MaintenanceRow = Omit<Maintenance, 'startsAt' | 'endsAt' | 'createdAt' | 'active'> & {
  readonly startsAt: Date | null
  readonly endsAt: Date | null
  readonly createdAt: Date
}
const MAINTENANCE = `
  id::text, name, matchers, windows, starts_at as "startsAt", ends_at as "endsAt", author, created_at as "createdAt"`

function maintenanceOf(row: MaintenanceRow, now: Date, timeZone: string): Maintenance {
  const inForce = (row.startsAt === null || row.startsAt <= now) && (row.endsAt === null || row.endsAt > now)
  return {
    ...row,
    startsAt: row.startsAt?.toISOString() ?? null,
    endsAt: row.endsAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    active: inForce && isInWindows(row.windows, now, timeZone),
  }
}

export async function selectMaintenance(db: Queryable, now: Date): Promise<Maintenance[]> {
  const timeZone = (await selectTimeZone(db)) ?? 'UTC'
  const { rows } = await db.query<MaintenanceRow>(
    `select ${MAINTENANCE} from notification_maintenance order by name, id`,
  )
  return rows.map((row) => maintenanceOf(row, now, timeZone))
}

/** @throws AppError INTERVAL_REVERSED, VALUE_INVALID */
export async function createMaintenance(pool: Pool, request: NewMaintenance, now: Date): Promise<Maintenance> {
  const { name, matchers, windows, startsAt, endsAt, author } = request
  if (startsAt !== null && endsAt !== null && Date.parse(endsAt) <= Date.parse(startsAt))
    throw new AppError('INTERVAL_REVERSED', `from is ${startsAt}, to is ${endsAt}`)
  await requireRoom(pool, 'select count(*) as n from notification_maintenance', [])
  const { rows } = await pool.query<MaintenanceRow>(
    `insert into notification_maintenance (name, matchers, windows, starts_at, ends_at, author, created_at)
     values ($1, $2, $3, $4, $5, $6, $7) returning ${MAINTENANCE}`,
    [name, JSON.stringify(matchers), JSON.stringify(windows), startsAt, endsAt, author, now],
  )
  const [row] = rows
  if (!row) throw new Error('insert returned no row')
  return maintenanceOf(row, now, (await selectTimeZone(pool)) ?? 'UTC')
}

/** @throws AppError NOT_FOUND */
export async function deleteMaintenance(pool: Pool, id: number, now: Date): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query('delete from notification_maintenance where id = $1', [id])
    if (!rowCount) throw new AppError('NOT_FOUND', `a maintenance window with id ${id}`)
    await client.query(RELEASE, [now, 'maintenance'])
  })
}
