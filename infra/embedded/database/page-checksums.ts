/**
 * Data checksums for the files of the embedded database. The build creates its files without them and cannot be asked for
 * them, so this does what `pg_checksums --enable` and `pg_checksums --check` do, on files that were closed properly. Once
 * enabled, PostgreSQL itself writes the checksum of every page and refuses a page whose checksum is wrong (SQLSTATE XX001).
 *
 * Formats: PostgreSQL 17, `src/include/storage/checksum_impl.h`, `bufpage.h`, `src/include/catalog/pg_control.h`.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

const PAGE_BYTES = 8192
const PAGES_PER_SEGMENT = 131_072
/** Pages read at once. */
const CHUNK_PAGES = 256

// Page header: log position (8 bytes), checksum (uint16), flags, pd_lower, pd_upper (uint16 each).
const CHECKSUM_AT = 8
const PD_UPPER_AT = 14

export type DamagedPage = { readonly file: string; readonly page: number }

/**
 * Writes a checksum into every page and switches checking on. A folder that has them, or that was not closed properly
 * (PostgreSQL has to recover it first), is left as it is.
 * @param folder the database files; no process may have them open
 * @returns whether checksums are on now
 */
export function enablePageChecksums(folder: string): boolean {
  const control = readControl(folder)
  if (control.hasChecksums) return true
  if (!control.isShutDown) return false
  for (const file of relationFiles(folder)) {
    eachPage(join(folder, file.path), 'r+', (page, index, write) => {
      if (isNew(page)) return
      page.writeUInt16LE(pageChecksum(page, file.firstPage + index), CHECKSUM_AT)
      write()
    })
  }
  // Last, and in one step: until then the pages are merely not checked.
  control.enable()
  return true
}

/** Pages whose checksum is wrong. Empty where checksums are off, or the folder waits for recovery. */
export function findDamagedPages(folder: string): DamagedPage[] {
  const control = readControl(folder)
  if (!control.hasChecksums || !control.isShutDown) return []
  const damaged: DamagedPage[] = []
  for (const file of relationFiles(folder)) {
    eachPage(join(folder, file.path), 'r', (page, index) => {
      if (isNew(page) || page.readUInt16LE(CHECKSUM_AT) === pageChecksum(page, file.firstPage + index)) return
      damaged.push({ file: file.path, page: index })
    })
  }
  return damaged
}

/** A page that was added to a file and never written has no checksum. */
const isNew = (page: Buffer): boolean => page.readUInt16LE(PD_UPPER_AT) === 0

type RelationFile = { readonly path: string; readonly firstPage: number }

const RELATION = /^\d+(?:_(?:fsm|vm|init))?(?:\.(\d+))?$/

function relationFiles(folder: string): RelationFile[] {
  const databases = readdirSync(join(folder, 'base')).map((name) => join('base', name))
  return [...databases, 'global'].flatMap((part) =>
    readdirSync(join(folder, part)).flatMap((name) => {
      const match = RELATION.exec(name)
      return match ? [{ path: join(part, name), firstPage: Number(match[1] ?? 0) * PAGES_PER_SEGMENT }] : []
    }),
  )
}

type Visit = (page: Buffer, index: number, write: () => void) => void

function eachPage(path: string, flags: 'r' | 'r+', visit: Visit): void {
  const file = openSync(path, flags)
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_PAGES * PAGE_BYTES)
    for (let first = 0; ; first += CHUNK_PAGES) {
      const bytes = readSync(file, chunk, 0, chunk.length, first * PAGE_BYTES)
      const pages = Math.floor(bytes / PAGE_BYTES)
      let changed = false
      for (let index = 0; index < pages; index += 1) {
        visit(chunk.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES), first + index, () => {
          changed = true
        })
      }
      if (changed) writeSync(file, chunk, 0, pages * PAGE_BYTES, first * PAGE_BYTES)
      if (bytes < chunk.length) break
    }
    if (flags === 'r+') fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

// pg_control: the cluster state follows identifier and versions; the CRC is the last member, the checksum version stands
// 36 bytes before it (with the nonce of 32 bytes in between).
const STATE_AT = 16
const SHUT_DOWN = 1
const VERSION_BEFORE_CRC = 36
const CRC_AT = 288
const CONTROL_VERSION_AT = 8
const CONTROL_VERSION = 1700

function readControl(folder: string) {
  const path = join(folder, 'global', 'pg_control')
  const bytes = readFileSync(path)
  if (bytes.readUInt32LE(CONTROL_VERSION_AT) !== CONTROL_VERSION) throw new Error('pg_control has another version')
  if (crc32c(bytes.subarray(0, CRC_AT)) !== bytes.readUInt32LE(CRC_AT)) throw new Error('pg_control is damaged')
  const versionAt = CRC_AT - VERSION_BEFORE_CRC
  return {
    isShutDown: bytes.readUInt32LE(STATE_AT) === SHUT_DOWN,
    hasChecksums: bytes.readUInt32LE(versionAt) !== 0,
    enable: () => {
      bytes.writeUInt32LE(1, versionAt)
      bytes.writeUInt32LE(crc32c(bytes.subarray(0, CRC_AT)), CRC_AT)
      writeFileSync(`${path}.new`, bytes, { flush: true, mode: 0o600 })
      renameSync(`${path}.new`, path)
    },
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})

/** CRC-32C (Castagnoli). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

const LANES = 32
const FNV_PRIME = 16_777_619
// biome-ignore format: the table of checksum_impl.h, row by row
const OFFSETS = Int32Array.of(
  0x5b1f36e9, 0xb8525960, 0x02ab50aa, 0x1de66d2a,
  0x79ff467a, 0x9bb9f8a3, 0x217e7cd2, 0x83e13d2c,
  0xf8d4474f, 0xe39eb970, 0x42c6ae16, 0x993216fa,
  0x7b093b5d, 0x98daff3c, 0xf718902a, 0x0b1c9cdb,
  0xe58f764b, 0x187636bc, 0x5d7b3bb1, 0xe73de7de,
  0x92bec979, 0xcca6c0b2, 0x304a0979, 0x85aa43d4,
  0x783125bb, 0x6ca8eaa2, 0xe407eac6, 0x4b5cfc3e,
  0x9fbf8c76, 0x15ca20be, 0xf2ca9fd3, 0x959bd756,
)
const sums = new Int32Array(LANES)
const words = new Int32Array(PAGE_BYTES / 4)
const wordBytes = Buffer.from(words.buffer)

/** The checksum of a page: FNV-1a in 32 lanes, mixed with the number of the page in its relation. */
export function pageChecksum(page: Buffer, number: number): number {
  page.copy(wordBytes)
  wordBytes.writeUInt16LE(0, CHECKSUM_AT)
  sums.set(OFFSETS)
  for (let at = 0; at < words.length; at += LANES) {
    for (let lane = 0; lane < LANES; lane += 1) mix(lane, words[at + lane] ?? 0)
  }
  for (let round = 0; round < 2; round += 1) for (let lane = 0; lane < LANES; lane += 1) mix(lane, 0)
  const folded = sums.reduce((all, sum) => all ^ sum, 0)
  return (((folded ^ number) >>> 0) % 65_535) + 1
}

function mix(lane: number, value: number): void {
  const mixed = (sums[lane] ?? 0) ^ value
  sums[lane] = Math.imul(mixed, FNV_PRIME) ^ (mixed >>> 17)
}
