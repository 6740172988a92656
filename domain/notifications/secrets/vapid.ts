import webPush from 'web-push'
import type { Pool } from '#infra/db/pool.ts'
import type { SecretBox } from './secret-box.ts'

export type VapidKeys = { readonly publicKey: string; readonly privateKey: string }

const STORED = `select public_key as "publicKey", private_key as "privateKey" from notification_vapid`
const STORE = `
  insert into notification_vapid (public_key, private_key) values ($1, $2)
  on conflict (id) do update set public_key = excluded.public_key, private_key = excluded.private_key
  where notification_vapid.private_key = $3`

/**
 * The key pair of the city for Web Push, made at the first call. When the key of the city has changed, the private key cannot
 * be decrypted any more: a new pair is made, and browsers have to subscribe again.
 */
export async function vapidKeys(pool: Pool, secrets: SecretBox): Promise<VapidKeys> {
  const stored = await readKeys(pool)
  const privateKey = stored && secrets.open(stored.privateKey)
  if (stored && privateKey !== undefined) return { publicKey: stored.publicKey, privateKey }
  const made = webPush.generateVAPIDKeys()
  await pool.query(STORE, [made.publicKey, secrets.seal(made.privateKey), stored?.privateKey ?? null])
  // Of two processes that make one at the same time, one pair is stored.
  const kept = await readKeys(pool)
  const keptPrivate = kept && secrets.open(kept.privateKey)
  if (!kept || keptPrivate === undefined) throw new Error('the stored VAPID key cannot be decrypted')
  return { publicKey: kept.publicKey, privateKey: keptPrivate }
}

const readKeys = async (pool: Pool): Promise<{ publicKey: string; privateKey: Buffer } | undefined> =>
  (await pool.query<{ publicKey: string; privateKey: Buffer }>(STORED)).rows[0]
