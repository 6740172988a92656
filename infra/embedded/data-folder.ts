/**
 * The folder of the embedded database: who may use it, and whether what is in it can be used.
 *
 *     <folder>/lock         pid and start time of the process that has it open
 *     <folder>/created      written after the database files were created completely
 *     <folder>/postgres/    the database files
 *
 * A folder whose creation was interrupted has files but no `created` mark. They are set aside, not removed: should
 * somebody have lost the mark and not the data, it is still there.
 */
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError } from '#model/basics/errors.ts'

/** Major version of PostgreSQL whose files this build reads. */
const POSTGRES_VERSION = '17'

export interface DataFolder {
  /** Where the database files are. */
  files: string
  /** True when there was no database in it yet. */
  fresh: boolean
  /** To call once the files have been created completely. */
  markCreated(): void
  release(): void
}

interface Holder {
  pid: number
  /** Start time of the process in clock ticks, where the system provides it: a pid is reused by other processes. */
  started: string | undefined
}

/** Takes the folder for this process. Throws DATA_DIR_IN_USE or DATA_DIR_DAMAGED. */
export function takeDataFolder(path: string): DataFolder {
  const folder = resolve(path)
  const files = join(folder, 'postgres')
  const created = join(folder, 'created')
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw new AppError('DATA_DIR_DAMAGED', `the data folder ${folder} cannot be created: ${(cause as Error).message}`, {
      cause,
    })
  }
  const release = lock(folder)
  try {
    if (!existsSync(created)) setAside(files)
    else checkFiles(folder, files)
  } catch (cause) {
    release()
    throw cause
  }
  const fresh = !existsSync(created)
  return { files, fresh, release, markCreated: () => writeFileSync(created, `PostgreSQL ${POSTGRES_VERSION}\n`) }
}

function setAside(files: string): void {
  if (existsSync(files)) renameSync(files, `${files}.unfinished-${Date.now()}`)
}

/** What a person can do about a folder that cannot be used. */
export const damaged = (folder: string, what: string, cause?: unknown) =>
  new AppError(
    'DATA_DIR_DAMAGED',
    `the data folder ${folder} cannot be used: ${what}. Nothing in it was changed. Move it away to start with an empty city (mv ${folder} ${folder}.damaged), or put a copy of it back that was made while the city was stopped`,
    { cause },
  )

function checkFiles(folder: string, files: string): void {
  const versionFile = join(files, 'PG_VERSION')
  if (!existsSync(versionFile)) throw damaged(folder, 'it has no database files (postgres/PG_VERSION is missing)')
  const version = readFileSync(versionFile, 'utf8').trim()
  if (version !== POSTGRES_VERSION) {
    throw damaged(folder, `its files are those of PostgreSQL ${version || '(unknown)'}, not ${POSTGRES_VERSION}`)
  }
  for (const part of ['global/pg_control', 'pg_wal', 'base', 'pg_xact']) {
    if (!existsSync(join(files, part))) throw damaged(folder, `postgres/${part} is missing`)
  }
}

/** Takes the lock of a folder that exists; returns what releases it. Throws DATA_DIR_IN_USE. */
export function lock(folder: string): () => void {
  const path = join(folder, 'lock')
  const mine = JSON.stringify({ pid: process.pid, started: startTime(process.pid) })
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
  writeFileSync(draft, mine)
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        linkSync(draft, path) // atomic, and the lock is never seen half written
        return () => {
          if (readText(path) === mine) rmSync(path, { force: true })
        }
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
      }
      const holder = readHolder(path)
      if (holder && isAlive(holder)) throw inUse(folder, holder.pid)
      rmSync(path, { force: true }) // left behind by a process that was killed
    }
    throw inUse(folder, readHolder(path)?.pid ?? 0)
  } finally {
    unlinkSync(draft)
  }
}

const inUse = (folder: string, pid: number) =>
  new AppError(
    'DATA_DIR_IN_USE',
    `the data folder ${folder} is in use by process ${pid}: stop that one first, or give this one another folder in DATA_DIR`,
  )

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readText(path) ?? '') as Holder
  } catch {
    return undefined
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (cause) {
    // EPERM: it exists and belongs to somebody else
    if ((cause as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = startTime(pid)
  return started === undefined || now === undefined || started === now
}

/** Field 22 of /proc/<pid>/stat (proc(5)); undefined on systems without it. */
function startTime(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}
