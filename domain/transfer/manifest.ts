import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '#model/basics/errors.ts'

/** 2: columns of type json and jsonb are text in lines of JSON; in format 1 they were JSON, and null was no value. */
export const FORMAT = 2
export const MANIFEST = 'manifest.json'

const file = z.strictObject({
  /** `schema.table`, or the name of a rollup */
  name: z.string(),
  kind: z.enum(['table', 'rollup']),
  file: z.string().regex(/^[a-z0-9_.]+\.(ndjson\.gz|parquet)$/),
  rows: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** `manifest.json` of an exported city: written last, so a folder without it is not whole. */
const manifestSchema = z.strictObject({
  format: z.literal([1, FORMAT]),
  exportedAt: z.iso.datetime(),
  city: z.string().nullable(),
  /** name and SHA-256 of every migration: the schema the rows belong to */
  schema: z.record(z.string(), z.string()),
  files: z.array(file),
})
export type Manifest = z.infer<typeof manifestSchema>
export type ManifestFile = Manifest['files'][number]

/** @throws AppError CONFIG_INVALID */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST)
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new AppError('CONFIG_INVALID', `${path} cannot be read (${cause.code}): this is not a complete export`, {
      cause,
    })
  })
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `${path} is not the manifest of an export: ${(cause as Error).message}`, {
      cause,
    })
  }
}
