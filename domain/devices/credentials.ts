import type { Queryable } from '#infra/db/pool.ts'
import type { DeviceLogin } from '#infra/devices/device-logins.ts'

/** The credentials of all devices, in the order of their user names. */
export async function selectLogins(db: Queryable): Promise<DeviceLogin[]> {
  const { rows } = await db.query<DeviceLogin>(
    'select id, thing_id as "thingId", username, secret, topics from device_credential order by username',
  )
  return rows
}
