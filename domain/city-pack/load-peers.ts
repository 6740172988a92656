import type { PoolClient } from '#infra/db/pool.ts'
import type { LoadedPack } from './read-pack.ts'

/** Values of other cities are those of the pack that was loaded last. */
export async function loadPeers(client: PoolClient, { peers }: LoadedPack): Promise<void> {
  await client.query('delete from peer_value')
  await client.query(INSERT, [JSON.stringify(peers)])
}

const INSERT = `
  insert into peer_value (code, data_point, city, year, value, source)
  select * from jsonb_to_recordset($1::jsonb) as r
    (code text, data_point text, city text, year text, value float8, source text)`
