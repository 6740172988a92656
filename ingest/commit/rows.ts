/** The rows of a batch: one per observation, with repetitions within the batch already removed. */
import { latLngToCell } from 'h3-js'
import type { Position } from '#model/basics/geo.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { REASONS } from '#model/observation/quality.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import type { NormalSample } from '../observe/normalise.ts'
import type { Datastream } from '../registry/registry.ts'

export type Row = {
  /** index of the part of its message (thing-ledger.ts), by which outcomes are counted */
  readonly part: number
  readonly datastream: Datastream
  readonly sample: NormalSample
  readonly timeMs: number
  readonly quality: NormalSample['quality']
  readonly reasons: number
  /** set for positioned properties only: the row goes to mobile_observation */
  readonly location: Position | undefined
}

/** Outcomes of observations by part of a message; mutable while a batch is written. */
export type Tally = { stored: number; duplicate: number; conflict: number }

/** @param partOf one for each sample of all messages, in order */
export function rowsOf(
  messages: readonly IngestMessage[],
  datastreams: readonly Datastream[],
  partOf: readonly number[],
): Row[] {
  const rows: Row[] = []
  for (const { samples } of messages) {
    for (const sample of samples) {
      const datastream = datastreams[rows.length]
      if (!datastream) throw new Error('unreachable: one Datastream for each sample')
      rows.push({
        part: partOf[rows.length] ?? 0,
        datastream,
        sample,
        timeMs: sample.phenomenonTime.getTime(),
        quality: sample.quality,
        reasons: datastream.verified ? sample.reasons : sample.reasons | REASONS.unverified_thing,
        location: sample.location && PROPERTIES.get(sample.property)?.positioned ? sample.location : undefined,
      })
    }
  }
  return rows
}

/**
 * Rows sorted by Datastream and time (so that workers lock rows in the same order, and adjacent index entries are written
 * together), each key once. The first of several rows with the same key stays; the others are counted.
 */
export function sortedDistinct(rows: Row[], tallies: readonly Tally[]): Row[] {
  rows.sort(byKey)
  let last: Row | undefined
  return rows.filter((row) => {
    if (last?.datastream.id !== row.datastream.id || last.timeMs !== row.timeMs) {
      last = row
      return true
    }
    countRepeat(tallies[row.part], isSameResult(last.sample.result, row.sample.result))
    return false
  })
}

/** The order of the primary key. */
export const byKey = (a: Row, b: Row): number => a.datastream.id - b.datastream.id || a.timeMs - b.timeMs

/** But for the rounding of a conversion between units, which was another one in earlier versions. */
export const isSameResult = (a: number, b: number): boolean =>
  a === b || Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(a), Math.abs(b))

export function countRepeat(tally: Tally | undefined, same: boolean): void {
  if (!tally) return
  if (same) tally.duplicate += 1
  else tally.conflict += 1
}

/** The last row of each Datastream that is not later than a limit. @param rows sorted by Datastream and time */
export function latestRows(rows: readonly Row[], limitMs: number): Row[] {
  const isLatest = (row: Row, next: Row | undefined): boolean =>
    row.timeMs <= limitMs && (next?.datastream.id !== row.datastream.id || next.timeMs > limitMs)
  return rows.filter((row, i) => isLatest(row, rows[i + 1]))
}

/** The H3 cell at resolution 10 (edges of about 66 m) as PostgreSQL stores it. */
export const cellOf = ([lon, lat]: Position): bigint => BigInt(`0x${latLngToCell(lat, lon, 10)}`)
