/** `npm run credentials`: the credentials of devices as files of Mosquitto. docs/registry.md */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPool } from '#infra/db/pool.ts'
import { hashSecret } from '#infra/devices/secret.ts'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { loadConfig } from '#infra/runtime/config.ts'
import { runMain } from '#infra/runtime/main.ts'
import { AppError } from '#model/basics/errors.ts'
import { separateLogin } from '#model/mqtt/broker-url.ts'
import { selectLogins } from './credentials.ts'
import { mosquittoFiles } from './mosquitto.ts'

const HELP = `Writes the credentials of devices as a password file and an ACL file of Mosquitto.

  npm run credentials -- --to FOLDER

  --to FOLDER    where the files passwords and acl are written

Environment: DATABASE_URL, the server with the registry; MQTT_URL, whose user name and password are those of the city itself,
which may read and write every topic (without them the city has no access, or its login is added by hand).
Mosquitto reads both files again on SIGHUP.
`
/** Readable by its owner only; run it as the user of Mosquitto, or change the owner. */
const MODE = 0o600
/** What separates fields and lines of the files. */
const NOT_IN_USERNAME = /[:\s]/

await runMain(async (scope) => {
  const options = readCommandLine(HELP, { to: { type: 'string' } })
  if (!options) return 'done'
  const { to } = options
  const { databaseUrl, mqttUrl } = loadConfig()
  if (typeof to !== 'string') throw new AppError('CONFIG_INVALID', '--to FOLDER says where the files are written')
  if (!databaseUrl)
    throw new AppError('CONFIG_INVALID', 'DATABASE_URL is not set: an external broker needs a database server')
  const pool = createPool(
    { url: databaseUrl },
    { max: 1, applicationName: 'citywell-credentials', onIdleError: () => {} },
  )
  scope.defer(() => pool.end())
  const logins = await selectLogins(pool)
  const { passwords, acl } = mosquittoFiles(logins, cityLogin(mqttUrl))
  await mkdir(to, { recursive: true })
  await replace(join(to, 'passwords'), passwords)
  await replace(join(to, 'acl'), acl)
  process.stdout.write(
    `${logins.length} devices in ${join(to, 'passwords')} and ${join(to, 'acl')}; now: kill -HUP $(pidof mosquitto)\n`,
  )
  return 'done'
})

function cityLogin(mqttUrl: string | undefined): { username: string; secret: string } | undefined {
  const { username, password } = mqttUrl === undefined ? {} : separateLogin(mqttUrl).login
  if (!username || !password) return undefined
  if (NOT_IN_USERNAME.test(username))
    throw new AppError('CONFIG_INVALID', 'MQTT_URL: a user name in a password file has no colon and no space')
  return { username, secret: hashSecret(password) }
}

/** In one step, so that Mosquitto never reads half a file. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: MODE, flush: true })
  await rename(`${file}.new`, file)
}
