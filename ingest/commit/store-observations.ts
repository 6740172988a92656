import {
  float4Array,
  float8Array,
  int2Array,
  int4Array,
  int8Array,
  int8ArrayOfNumbers,
  timestamptzArray,
} from '#infra/db/binary-arrays.ts'
import { type Queryable, together } from '#infra/db/pool.ts'
import { ResultPacker } from './packed-result.ts'
import { byKey, cellOf, countRepeat, isSameResult, type Row, type Tally } from './rows.ts'

type Table = { readonly name: string; readonly columns: string; readonly types: string; readonly read: string }

const KEY_TYPES = '$1::int[], $2::timestamptz[]'
const FIXED: Table = {
  name: 'observation_packed',
  columns: 'datastream_id, phenomenon_time, scaled, divisor, quality, reasons',
  types: `${KEY_TYPES}, $3::bigint[], $4::real[], $5::smallint[], $6::int[]`,
  read: 'observation',
}
const MOBILE: Table = {
  name: 'mobile_observation',
  columns: 'datastream_id, phenomenon_time, result, quality, reasons, lon, lat, cell',
  types: `${KEY_TYPES}, $3::float8[], $4::smallint[], $5::int[], $6::float8[], $7::float8[], $8::bigint[]`,
  read: 'mobile_observation',
}

const insertInto = ({ name, columns, types }: Table): string =>
  `insert into ${name} (${columns}) select * from unnest(${types})`

// Idempotent: a redelivered message repeats its keys. Returns the positions of rows that already existed.
const insertMissing = ({ name, columns, types }: Table): string => `
  with input as (
    select * from unnest(${types}) with ordinality as i (${columns}, ord)
  ), inserted as (
    insert into ${name} (${columns}) select ${columns} from input
    on conflict do nothing
    returning datastream_id, phenomenon_time
  )
  select ord::int as ord from input
  where not exists (
    select from inserted
    where inserted.datastream_id = input.datastream_id and inserted.phenomenon_time = input.phenomenon_time)`

const existingIn = ({ read }: Table): string => `
  select i.ord::int as ord, o.result
  from unnest($1::int[], $2::timestamptz[]) with ordinality as i (datastream_id, phenomenon_time, ord)
  join ${read} o on o.datastream_id = i.datastream_id and o.phenomenon_time = i.phenomenon_time`

const UNIQUE_VIOLATION = '23505'
/** Repetitions come in bursts: after a lost connection, or from a file that is imported again. */
const CHECKED_MS = 5_000

/**
 * Stores rows, each key once.
 *
 *     plain    --a key already exists-->              checked   the insert is rolled back and repeated with a check per key
 *     checked  --no repetition for CHECKED_MS-->      plain
 *
 * A plain insert takes 0.6 of the time of one that checks each key, and nearly always no key exists.
 */
export class ObservationStore {
  readonly #packer = new ResultPacker()
  #repeatedMs = Number.NEGATIVE_INFINITY

  /**
   * Call within a transaction.
   * @param rows sorted, each key once
   * @param repeated some messages have the DUP flag: their rows may have been stored before
   * @returns the new rows, sorted. The others are counted as duplicate (same result) or conflict (another result: the
   * first stays) in the tally of their part.
   */
  async insert(
    db: Queryable,
    rows: readonly Row[],
    tallies: readonly Tally[],
    { repeated = false }: { repeated?: boolean } = {},
  ): Promise<readonly Row[]> {
    if (repeated) this.#repeatedMs = performance.now()
    const mobile = rows.filter((row) => row.location)
    const fixed = mobile.length === 0 ? rows : rows.filter((row) => !row.location)
    const newFixed = await this.#insertInto(db, FIXED, fixed, (each) => packedOf(each, this.#packer), tallies)
    if (mobile.length === 0) return newFixed
    const newMobile = await this.#insertInto(db, MOBILE, mobile, placedOf, tallies)
    return [...newFixed, ...newMobile].sort(byKey)
  }

  async #insertInto(
    db: Queryable,
    table: Table,
    rows: readonly Row[],
    valuesOf: (rows: readonly Row[]) => Buffer[],
    tallies: readonly Tally[],
  ): Promise<readonly Row[]> {
    if (rows.length === 0) return rows
    const present = await this.#insertMissing(db, table, [...keysOf(rows), ...valuesOf(rows)])
    for (const row of rows) {
      const tally = tallies[row.part]
      if (tally) tally.stored += 1
    }
    if (present.size === 0) return rows
    this.#repeatedMs = performance.now()
    const repeats = rows.filter((_, i) => present.has(i))
    // A separate statement, so that it sees what another worker committed while the insert waited for it.
    const existing = await db.query<{ ord: number; result: number }>({
      name: `existing-${table.read}`,
      text: existingIn(table),
      values: keysOf(repeats),
    })
    const results = new Map(existing.rows.map(({ ord, result }) => [ord - 1, result]))
    for (const [i, row] of repeats.entries()) {
      const tally = tallies[row.part]
      if (tally) tally.stored -= 1
      countRepeat(tally, isSameResult(results.get(i) ?? Number.NaN, row.sample.result))
    }
    return rows.filter((_, i) => !present.has(i))
  }

  /** Inserts missing rows. @returns positions of rows that already existed */
  async #insertMissing(db: Queryable, table: Table, values: Buffer[]): Promise<Set<number>> {
    if (performance.now() - this.#repeatedMs > CHECKED_MS) {
      const insert = { name: `insert-${table.read}`, text: insertInto(table), values }
      try {
        await together([db.query('savepoint before_insert'), db.query(insert)])
        return NONE
      } catch (error) {
        if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error
        await db.query('rollback to savepoint before_insert')
      }
    }
    const { rows } = await db.query<{ ord: number }>({
      name: `insert-missing-${table.read}`,
      text: insertMissing(table),
      values,
    })
    return new Set(rows.map(({ ord }) => ord - 1))
  }
}

const NONE: Set<number> = new Set()

export const keysOf = (rows: readonly Row[]): Buffer[] => [
  int4Array(rows, (row) => row.datastream.id),
  timestamptzArray(rows, (row) => row.timeMs),
]
export const valuesOf = (rows: readonly Row[]): Buffer[] => [
  float8Array(rows, (row) => row.sample.result),
  ...flagsOf(rows),
]
const flagsOf = (rows: readonly Row[]): Buffer[] => [
  int2Array(rows, (row) => row.quality),
  int4Array(rows, (row) => row.reasons),
]

function packedOf(rows: readonly Row[], packer: ResultPacker): Buffer[] {
  const packed = rows.map(({ datastream, sample }) => packer.pack(datastream.id, sample.result))
  return [
    int8ArrayOfNumbers(packed, ({ scaled }) => scaled),
    float4Array(packed, ({ divisor }) => divisor),
    ...flagsOf(rows),
  ]
}

function placedOf(rows: readonly Row[]): Buffer[] {
  const locations = rows.flatMap(({ location }) => (location ? [location] : []))
  return [
    ...valuesOf(rows),
    float8Array(locations, (location) => location[0]),
    float8Array(locations, (location) => location[1]),
    int8Array(locations.map(cellOf)),
  ]
}
