import { requireWithin } from '#domain/access/within.ts'
import { audit } from '#domain/audit/audit.ts'
import { inTransaction, type Pool, type Queryable } from '#infra/db/pool.ts'
import { type Actor, authorOf } from '#model/access/actor.ts'
import { isSelectionWithin } from '#model/access/restriction.ts'
import type { Maintenance, NewMaintenance, NewSilence, Silence } from '#model/api/notifications.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Matchers } from '#model/notifications/matchers.ts'
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

type Change = { readonly by: Actor; readonly now: Date }

const isOwn = ({ restriction }: Actor, { zone = [], owner = [] }: Matchers): boolean =>
  isSelectionWithin(restriction, { zones: zone, owners: owner })
/** @throws AppError OUTSIDE_RESTRICTION */
const requireOwn = (by: Actor, matchers: Matchers): void =>
  requireWithin(isOwn(by, matchers), 'what this keeps back (matchers.zone, matchers.owner)')

/** Those that are open or ended in the last 30 days, newest first. */
export async function selectSilences(db: Queryable, by: Actor, now: Date): Promise<Silence[]> {
  const since = new Date(now.getTime() - SHOWN_ENDED_DAYS * DAY_MS)
  const { rows } = await db.query<SilenceRow>(
    `select ${SILENCE} from notification_silence where ends_at > $1 order by id desc limit ${2 * MAX_OPEN}`,
    [since],
  )
  return rows.filter(({ matchers }) => isOwn(by, matchers)).map((row) => silenceOf(row, now))
}

/** @throws AppError INTERVAL_REVERSED, VALUE_INVALID, OUTSIDE_RESTRICTION */
export async function createSilence(pool: Pool, request: NewSilence, { by, now }: Change): Promise<Silence> {
  requireOwn(by, request.matchers)
  const [from, to] = [request.startsAt === undefined ? now : new Date(request.startsAt), new Date(request.endsAt)]
  if (to <= from) throw new AppError('INTERVAL_REVERSED', `from is ${from.toISOString()}, to is ${to.toISOString()}`)
  if (to <= now) throw new AppError('VALUE_INVALID', `endsAt: ${to.toISOString()} is in the past`)
  if (to.getTime() - from.getTime() > MAX_SILENCE_DAYS * DAY_MS)
    throw new AppError('VALUE_INVALID', `endsAt: at most ${MAX_SILENCE_DAYS} days after the begin`)
  return inTransaction(pool, async (client) => {
    await requireRoom(client, 'select count(*) as n from notification_silence where ends_at > $1', [now])
    const { matchers, author, comment } = request
    const { rows } = await client.query<SilenceRow>(
      `insert into notification_silence (matchers, starts_at, ends_at, author, comment, created_at)
       values ($1, $2, $3, $4, $5, $6) returning ${SILENCE}`,
      [JSON.stringify(matchers), from, to, authorOf(by, author), comment, now],
    )
    const [row] = rows
    if (!row) throw new Error('insert returned no row')
    const after = { matchers, startsAt: from, endsAt: to }
    await audit(client, { by, action: 'silence.create', subject: `silence:${row.id}`, after })
    return silenceOf(row, now)
  })
}

async function requireRoom(db: Queryable, statement: string, values: unknown[]): Promise<void> {
  const { rows } = await db.query<{ n: number }>(statement, values)
  if ((rows[0]?.n ?? 0) >= MAX_OPEN) throw new AppError('VALUE_INVALID', `there are ${MAX_OPEN} already; end one first`)
}

// What is held is looked at again at once.
const RELEASE = `update notification set due_at = $1, held_by = null where state = 'waiting' and held_by = $2`

/** Ends a silence now; one that has ended stays as it is. @throws AppError NOT_FOUND */
export async function endSilence(pool: Pool, id: number, { by, now }: Change): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ started: boolean; matchers: Matchers; endsAt: Date }>(
      'select starts_at < $2 as started, matchers, ends_at as "endsAt" from notification_silence where id = $1 for update',
      [id, now],
    )
    const [silence] = rows
    if (!silence) throw new AppError('NOT_FOUND', `a silence with id ${id}`)
    const { started, ...before } = silence
    requireOwn(by, before.matchers)
    if (started)
      await client.query('update notification_silence set ends_at = $2 where id = $1 and ends_at > $2', [id, now])
    else await client.query('delete from notification_silence where id = $1', [id])
    await client.query(RELEASE, [now, 'silence'])
    await audit(client, { by, action: 'silence.end', subject: `silence:${id}`, before })
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

export async function selectMaintenance(db: Queryable, by: Actor, now: Date): Promise<Maintenance[]> {
  const timeZone = (await selectTimeZone(db)) ?? 'UTC'
  const { rows } = await db.query<MaintenanceRow>(
    `select ${MAINTENANCE} from notification_maintenance order by name, id`,
  )
  return rows.filter(({ matchers }) => isOwn(by, matchers)).map((row) => maintenanceOf(row, now, timeZone))
}

/** @throws AppError INTERVAL_REVERSED, VALUE_INVALID, OUTSIDE_RESTRICTION */
export async function createMaintenance(
  pool: Pool,
  request: NewMaintenance,
  { by, now }: Change,
): Promise<Maintenance> {
  requireOwn(by, request.matchers)
  const { name, matchers, windows, startsAt, endsAt, author } = request
  if (startsAt !== null && endsAt !== null && Date.parse(endsAt) <= Date.parse(startsAt))
    throw new AppError('INTERVAL_REVERSED', `from is ${startsAt}, to is ${endsAt}`)
  return inTransaction(pool, async (client) => {
    await requireRoom(client, 'select count(*) as n from notification_maintenance', [])
    const timeZone = (await selectTimeZone(client)) ?? 'UTC'
    const { rows } = await client.query<MaintenanceRow>(
      `insert into notification_maintenance (name, matchers, windows, starts_at, ends_at, author, created_at)
       values ($1, $2, $3, $4, $5, $6, $7) returning ${MAINTENANCE}`,
      [name, JSON.stringify(matchers), JSON.stringify(windows), startsAt, endsAt, authorOf(by, author), now],
    )
    const [row] = rows
    if (!row) throw new Error('insert returned no row')
    const after = { name, matchers, windows, startsAt, endsAt }
    await audit(client, { by, action: 'maintenance_window.create', subject: `maintenance_window:${row.id}`, after })
    return maintenanceOf(row, now, timeZone)
  })
}

/** @throws AppError NOT_FOUND */
export async function deleteMaintenance(pool: Pool, id: number, { by, now }: Change): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<Pick<Maintenance, 'name' | 'matchers' | 'windows'>>(
      'delete from notification_maintenance where id = $1 returning name, matchers, windows',
      [id],
    )
    const [before] = rows
    if (!before) throw new AppError('NOT_FOUND', `a maintenance window with id ${id}`)
    requireOwn(by, before.matchers)
    await client.query(RELEASE, [now, 'maintenance'])
    await audit(client, { by, action: 'maintenance_window.delete', subject: `maintenance_window:${id}`, before })
  })
}
