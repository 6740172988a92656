import type { Queryable } from '#infra/db/pool.ts'

export type PeerValue = {
  readonly code: string
  readonly dataPoint: string
  readonly city: string
  readonly year: string
  readonly value: number
  readonly source: string
}

const PEERS = `
  select code, data_point as "dataPoint", city, year, value, source from peer_value
  where year = any($1::text[]) order by code, data_point, year, city`

/** Values of other cities in these years. */
export const selectPeers = async (db: Queryable, years: readonly string[]): Promise<PeerValue[]> =>
  (await db.query<PeerValue>(PEERS, [years])).rows
