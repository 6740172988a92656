/**
 * `npm run account`: accounts, for whoever has a shell on the server. Creates the first administrator, and helps one who has
 * lost password and second factor.
 */
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { audit } from '#domain/audit/audit.ts'
import { migrate } from '#infra/db/migrate.ts'
import { createPool, type DatabaseAddress, inTransaction, type Pool } from '#infra/db/pool.ts'
import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { loadConfig } from '#infra/runtime/config.ts'
import { createLog } from '#infra/runtime/log.ts'
import { runMain } from '#infra/runtime/main.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { type Actor, SYSTEM } from '#model/access/actor.ts'
import { GRANTED_ROLES, grantedRoleSchema } from '#model/access/roles.ts'
import { accountNameSchema } from '#model/api/access.ts'
import { AppError } from '#model/basics/errors.ts'
import { findAccount, insertAccount, resetAccount, selectAccounts } from './accounts.ts'
import { hashPassword, temporaryPassword } from './password.ts'

const MAX_LISTED = 10_000

const HELP = `Creates and lists accounts, and resets one that has lost its password or second factor.

  npm run account -- --create NAME [--role ROLE]
  npm run account -- --reset NAME
  npm run account -- --list

  --create NAME   a new account, whose temporary password is printed; it has to be changed at the first sign-in
  --role ROLE     ${GRANTED_ROLES.join(', ')} (administrator)
  --reset NAME    a new temporary password; the second factor is switched off and all sessions end
  --list          all accounts

Environment: DATABASE_URL, the server. Without it the embedded database in DATA_DIR (.data) is changed, which must not be running; where
it is, sign in with the key and create accounts on the page.
`

await runMain(async (scope) => {
  const options = readCommandLine(HELP, {
    create: { type: 'string' },
    role: { type: 'string', default: 'administrator' },
    reset: { type: 'string' },
    list: { type: 'boolean', default: false },
  })
  if (!options) return 'done'
  const { create, reset, list } = options
  if ([create !== undefined, reset !== undefined, list].filter(Boolean).length !== 1)
    throw new AppError('CONFIG_INVALID', `use one of --create, --reset and --list\n\n${HELP}`)
  const role = grantedRoleSchema.safeParse(options.role)
  if (!role.success)
    throw new AppError('CONFIG_INVALID', `--role: "${options.role}" is not one of ${GRANTED_ROLES.join(', ')}`)
  const pool = await openPool(scope)
  if (create !== undefined) await createAccount(pool, create, role.data)
  else if (reset !== undefined) await resetNamed(pool, reset)
  else await listAccounts(pool)
  return 'done'
})

/** Whoever runs the command, by the name of the system. */
function operator(): Actor {
  return { ...SYSTEM, kind: 'command', name: userInfo().username }
}

async function createAccount(pool: Pool, text: string, role: (typeof GRANTED_ROLES)[number]): Promise<void> {
  const name = accountNameSchema.safeParse(text)
  if (!name.success)
    throw new AppError('CONFIG_INVALID', `--create: "${text}" is not a name: ${name.error.issues[0]?.message ?? ''}`)
  const password = temporaryPassword()
  const hash = await hashPassword(password)
  const account = await inTransaction(pool, async (client) => {
    const created = await insertAccount(client, { name: name.data, role, restriction: null, password: hash })
    const subject = `account:${created.id}`
    await audit(client, {
      by: operator(),
      action: 'account.create',
      subject,
      after: { role },
      personal: { subject: created.name },
    })
    return created
  })
  process.stdout.write(`account ${account.name}, ${role}\ntemporary password: ${password}\n`)
}

async function resetNamed(pool: Pool, name: string): Promise<void> {
  const password = temporaryPassword()
  const hash = await hashPassword(password)
  const account = await inTransaction(pool, async (client) => {
    const found = await findAccount(client, name)
    if (!found) throw new AppError('CONFIG_INVALID', `there is no account named "${name}"; --list lists them`)
    await resetAccount(client, found.id, hash)
    await audit(client, { by: operator(), action: 'account.reset', subject: `account:${found.id}` })
    return found
  })
  process.stdout.write(`account ${account.name}, ${account.role}\ntemporary password: ${password}\n`)
}

async function listAccounts(pool: Pool): Promise<void> {
  const accounts = await selectAccounts(pool, { after: 0, limit: MAX_LISTED })
  const lines = accounts.map(({ name, role, totpEnabledAt, disabled }) =>
    [name, role, totpEnabledAt ? 'second factor' : '', disabled ? 'disabled' : ''].filter(Boolean).join('  '),
  )
  process.stdout.write(lines.length > 0 ? `${lines.join('\n')}\n` : 'no accounts\n')
}

async function openPool(scope: Scope): Promise<Pool> {
  const config = loadConfig()
  const log = createLog('account', process.env['LOG_LEVEL'] ?? 'warn')
  const address = config.databaseUrl ? { url: config.databaseUrl } : await openEmbedded(config.dataDir)
  const pool = createPool(address, { max: 1, applicationName: 'citywell-account', onIdleError: (e) => log.warn(e) })
  scope.defer(() => pool.end())
  await migrate(pool)
  return pool

  async function openEmbedded(dataDir: string): Promise<DatabaseAddress> {
    const database = await openEmbeddedDatabase({ dataDir: join(dataDir, 'database'), log })
    scope.defer(() => database.close())
    return { embedded: database.poolConfig }
  }
}
