import type { Queryable } from '#infra/db/pool.ts'
import { type Past, type Publication, type PublishedCells, pastOf } from '#model/statistics/disclosure/publication.ts'

/** The publication of a survey that is served now: a new one begins with another version of its file, and when erasures leave the figures. */
export type Publications = {
  /** undefined: this is the first */
  readonly past: Past | undefined
  /** Remembers what a figure of this publication shows and suppresses, once. The cells are made only then. */
  record(figure: string, cells: () => PublishedCells): Promise<void>
}

const CURRENT = 'select version, released, imported_at as "importedAt" from estimator_publication($1)'
const BEFORE = 'select figure, cells, classes from estimator_publications_before($1, $2, $3)'
const RECORD = 'select estimator_record_publication($1, $2, $3, $4, $5)'
const KEPT = 20

type Current = { readonly version: number; readonly released: number; readonly importedAt: Date | null }

/** @param db logged in as the estimator, or as the owner of the database */
export function openPublications(db: Queryable): (survey: string) => Promise<Publications> {
  // what came before a publication changes no more
  const known = new Map<string, Promise<Publications>>()
  return async (survey) => {
    const [current] = (await db.query<Current>(CURRENT, [survey])).rows
    const { version = 1, released = 0 } = current ?? {}
    const key = JSON.stringify([survey, version, released, current?.importedAt])
    const found = known.get(key)
    if (found) return found
    if (known.size >= KEPT) known.clear()
    const made = open(db, survey, version, released)
    known.set(key, made)
    made.catch(() => known.delete(key))
    return made
  }
}

async function open(db: Queryable, survey: string, version: number, released: number): Promise<Publications> {
  const { rows } = await db.query<Publication>(BEFORE, [survey, version, released])
  const recorded = new Map<string, Promise<unknown>>()
  return {
    past: rows.length === 0 ? undefined : pastOf(rows),
    async record(figure, cells) {
      const done =
        recorded.get(figure) ?? db.query(RECORD, [survey, version, released, figure, JSON.stringify(cells())])
      recorded.set(figure, done)
      done.catch(() => recorded.delete(figure))
      await done
    },
  }
}
