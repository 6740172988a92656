/**
 * An embedded database as a file that all others of a run start from, created or also migrated: a second each instead of five.
 * It is made when the first test asks for it, in the process of the runner, because every test file has a process of its own.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '#infra/db/migrate.ts'
import { createPool } from '#infra/db/pool.ts'
import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
import { dumpImage } from '#infra/embedded/database/engine.ts'
import type { Scope } from '#infra/runtime/scope.ts'

/** An address that answers /created and /migrated with the path of the image. */
export async function serveDatabaseImage({ defer }: Pick<Scope, 'defer'>): Promise<string> {
  const images = new Map<string, Promise<string>>()
  const server = createServer(({ url = '' }, response) => {
    const image = images.get(url) ?? createImage({ defer }, { migrated: url === '/migrated' })
    images.set(url, image)
    image.then(
      (path) => response.end(path),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  defer(() => new Promise((done) => server.close(done)))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

type Stage = { readonly migrated: boolean }

async function createImage({ defer }: Pick<Scope, 'defer'>, { migrated }: Stage): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'citywell-image-'))
  defer(() => rm(folder, { recursive: true, force: true }))
  const dataDir = join(folder, 'data')
  const database = await openEmbeddedDatabase({ dataDir, syncToDisk: false })
  const pool = createPool(
    { embedded: database.poolConfig },
    { max: 1, applicationName: 'image', onIdleError: () => {} },
  )
  if (migrated) await migrate(pool)
  await pool.end()
  await database.close()
  const image = join(folder, 'image.tar')
  await dumpImage(join(dataDir, 'postgres'), image)
  return image
}
