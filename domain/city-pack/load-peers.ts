import type { PoolClient } from '#infra/db/pool.ts'
import type { LoadedPack } from './read-pack.ts'

/** Values of other cities are those of the pack that was loaded last. */
export async function loadPeers(client: PoolClient, { peers }: LoadedPack): Promise<void> {
  await client.query(DELETE, [JSON.stringify(peers)])
  await client.query(INSERT, [JSON.stringify(peers)])
}

const ROWS = `
  select * from jsonb_to_recordset($1::jsonb) as r
    (code text, data_point text, city text, year text, value float8, source text)`
const COLUMNS = 'code, data_point, city, year, value, source'
// What stays is not written again.
const DELETE = `delete from peer_value where (${COLUMNS}) not in (${ROWS})`
const INSERT = `
  insert into peer_value (${COLUMNS})
  select * from (${ROWS}) r except select ${COLUMNS} from peer_value`
