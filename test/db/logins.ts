import { randomBytes } from 'node:crypto'
import type { Pool } from '#infra/db/pool.ts'
import { createPool } from '#infra/db/pool.ts'
import type { TestDatabase } from '#test/environment.ts'

export type Logins = { readonly api: Pool; readonly estimator: Pool; close(): Promise<void> }

/**
 * The two logins that docs/surveys.md tells an operator to create: one for the API, one for the estimator. The embedded
 * database has one login, the owner's, which then stands for both.
 */
export async function openLogins(database: TestDatabase): Promise<Logins> {
  const { pool, url } = database
  if (url === undefined) return { api: pool, estimator: pool, close: async () => {} }
  const suffix = randomBytes(6).toString('hex')
  const names = { api: `city_api_${suffix}`, estimator: `city_estimator_${suffix}` }
  await pool.query(`create role ${names.api} login password 'secret' in role citywell_api inherit`)
  await pool.query(`create role ${names.estimator} login password 'secret' in role citywell_estimator inherit`)
  const open = (name: string): Pool => {
    const own = new URL(url)
    own.username = name
    own.password = 'secret'
    return createPool({ url: own.toString() }, { max: 4, applicationName: 'test', onIdleError: () => {} })
  }
  const [api, estimator] = [open(names.api), open(names.estimator)]
  return {
    api,
    estimator,
    close: async () => {
      await Promise.all([api.end(), estimator.end()])
      for (const name of Object.values(names)) await pool.query(`drop role ${name}`)
    },
  }
}
