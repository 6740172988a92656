import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'

/** Owner only: the files hold answers of surveys. */
export const PRIVATE = 0o600

export type Written = { readonly rows: number; readonly sha256: string }

/** Writes lines as a gzip file. The digest is that of the compressed bytes, as `sha256sum` prints it. */
export async function writeLines(path: string, lines: AsyncIterable<readonly string[]>): Promise<Written> {
  let rows = 0
  const hash = createHash('sha256')
  async function* text(): AsyncGenerator<string> {
    for await (const batch of lines) {
      rows += batch.length
      if (batch.length > 0) yield `${batch.join('\n')}\n`
    }
  }
  const digest = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  await pipeline(Readable.from(text()), createGzip(), digest, createWriteStream(path, { flags: 'wx', mode: PRIVATE }))
  return { rows, sha256: hash.digest('hex') }
}

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** The lines of a gzip file, in batches. */
export async function* readLines(path: string, batchRows: number): AsyncGenerator<readonly string[]> {
  let batch: string[] = []
  for await (const line of linesIn(path)) {
    batch.push(line)
    if (batch.length < batchRows) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** Not by node:readline, which also ends a line at U+2028 and U+2029, and texts may contain them. */
async function* linesIn(path: string): AsyncGenerator<string> {
  const file = createReadStream(path)
  const text = file.pipe(createGunzip()).setEncoding('utf8')
  file.on('error', (error) => text.destroy(error))
  let rest = ''
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
