/** `npm run check`: the invariants of the ledger and the store, on a live database. docs/delivery.md */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type BackupNote, contentOf, readNote } from '#domain/backup/note.ts'
import { createPool, type DatabaseAddress, type Pool } from '#infra/db/pool.ts'
import { damaged, takeDataFolder } from '#infra/embedded/data-folder.ts'
import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
import { findDamagedPages } from '#infra/embedded/database/page-checksums.ts'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { loadConfig } from '#infra/runtime/config.ts'
import { runMain } from '#infra/runtime/main.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { AppError } from '#model/basics/errors.ts'
import { checkInvariants, type Finding } from './invariants.ts'

const MAX_SHOWN = 10

const HELP = `Verifies that no stored message was lost and that ledger, observations and rollups agree. Exit code 1 if not.

  npm run check

Environment: DATABASE_URL, the server to check. Without it the embedded database in DATA_DIR (.data) is checked, which must not
be running: every page against its checksum, then the same. A running one is checked by GET /api/v1/ingest/check.
`

await runMain(async (scope) => {
  if (!readCommandLine(HELP, {})) return 'done'
  const config = loadConfig()
  const address = config.databaseUrl ? { url: config.databaseUrl } : await openFolder(config.dataDir, scope)
  const pool = createPool(address, { max: 1, applicationName: 'citywell-check', onIdleError: () => {} })
  scope.defer(() => pool.end())
  const note = config.databaseUrl ? undefined : await readNote(config.dataDir)
  const findings = [...(note ? [await isAsBackedUp(pool, note)] : []), ...(await checkInvariants(pool))]
  process.stdout.write(`${findings.map(lines).join('\n')}\n`)
  if (findings.some(({ holds }) => !holds)) process.exitCode = 1
  return 'done'
})

/** The embedded database of a city that is stopped. @throws AppError DATA_DIR_DAMAGED, DATA_DIR_IN_USE, CONFIG_INVALID */
async function openFolder(dataDir: string, scope: Scope): Promise<DatabaseAddress> {
  const dataFolder = join(dataDir, 'database')
  if (!existsSync(dataFolder))
    throw new AppError(
      'CONFIG_INVALID',
      `DATABASE_URL is not set, and DATA_DIR (${dataDir}) has no embedded database: nothing to check`,
    )
  const taken = takeDataFolder(dataFolder)
  const pages = findDamagedPages(taken.files)
  taken.release()
  const shown = pages.slice(0, MAX_SHOWN).map(({ file, page }) => `${file}, page ${page}`)
  if (pages.length > 0) throw damaged(dataFolder, `${pages.length} pages have a wrong checksum (${shown.join('; ')})`)
  process.stdout.write('holds  files: every page has the checksum that was written with it\n')
  const database = await openEmbeddedDatabase({ dataDir: dataFolder })
  scope.defer(() => database.close())
  return { embedded: database.poolConfig }
}

/** A backup from which no city was started yet has the content that the running city had at its moment. */
async function isAsBackedUp(pool: Pool, note: BackupNote): Promise<Finding> {
  const there = await contentOf(pool)
  const differing = (['messages', 'observations', 'sum'] as const).filter((name) => there[name] !== note[name])
  return {
    name: `backup: messages, observations and their sum are those of ${note.at}`,
    holds: differing.length === 0,
    text: `${there.messages} messages, ${there.observations} observations, the sum of their results is ${there.sum}`,
    examples: differing.map((name) => `${name}: ${note[name]} when it was made, ${there[name]} now`),
  }
}

function lines({ name, holds, text, examples }: Finding): string {
  const head = `${holds ? 'holds' : 'FAILS'}  ${name}\n       ${text}`
  return [head, ...examples.map((example) => `       - ${example}`)].join('\n')
}
