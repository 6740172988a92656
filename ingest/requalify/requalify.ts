/**
 * Judges stored observations again, in order of time, by the same tests as what arrives, and changes the flags that
 * come out differently. The outcome depends on the stored results and the rules alone: not on which worker received
 * what, when, or in what order. Doing it twice changes nothing the second time.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { readMeterRules } from '#domain/meter/read-meters.ts'
import { inTransaction, type Pool } from '#infra/db/pool.ts'
import { HOUR_MS, WEEK_MS } from '#model/basics/durations.ts'
import { averageOf, meanOf } from '#model/observation/averages.ts'
import { type ObservedProperty, PROPERTIES } from '#model/observation/properties.ts'
import { isGood, QUALITY, REASONS, worst } from '#model/observation/quality.ts'
import { type Requalified, setFlags } from '../quality/amendments.ts'
import { HUMID_PERCENT, isBeyondCorrection, isHumiditySensitive } from '../quality/corrections.ts'
import { disagreements, type Station } from '../quality/neighbours.ts'
import { type Evaluated, Requalifier } from '../quality/requalifier.ts'
import { rulesOf, WARM_UP_SECONDS, WINDOW_GAP_SECONDS } from '../quality/rules.ts'
import { humidityOf, storeCorrected } from './humidity.ts'
import { MeterRequalifier } from './meters.ts'
import { readObservations, type Stream, selectLatitude, selectProperties, selectStreams } from './queries.ts'
import type { Window } from './window.ts'

export type Counts = { read: number; changed: number; corrected: number }
export type RequalifyOptions = {
  readonly pool: Pool
  readonly window: Window
  /** all of them when absent */
  readonly property?: string | undefined
  readonly signal?: AbortSignal
  /** share of the time that is left to others, 0 to 1 */
  readonly rest?: number
  readonly onProgress?: (step: Window, property: string, counts: Counts) => void
}

/** A step has the hourly means of one property in memory: 168 numbers per Datastream. */
const STEP_MS = WEEK_MS
const STREAMS_PER_QUERY = 16
/** An excursion of a meter is recognised at its end, at most a day later; normal consumption within 36 hours (model/meter). */
const METER_BEFORE_MS = 26 * HOUR_MS
const METER_AFTER_MS = 36 * HOUR_MS

/** @returns counts of observations read and changed; a stopped run can be repeated */
export async function requalify(options: RequalifyOptions): Promise<Counts> {
  const { pool, window, signal } = options
  const counts: Counts = { read: 0, changed: 0, corrected: 0 }
  const latitude = await selectLatitude(pool)
  const properties = options.property ? [options.property] : await selectProperties(pool)
  const toMs = Math.ceil(window.toMs / HOUR_MS) * HOUR_MS
  for (let fromMs = Math.floor(window.fromMs / HOUR_MS) * HOUR_MS; fromMs < toMs; fromMs += STEP_MS) {
    const step = { fromMs, toMs: Math.min(toMs, fromMs + STEP_MS) }
    for (const property of properties) {
      if (signal?.aborted) return counts
      await requalifyProperty({ ...options, latitude, counts }, property, step)
      options.onProgress?.(step, property, counts)
    }
  }
  return counts
}

type Run = RequalifyOptions & { readonly latitude: number | undefined; readonly counts: Counts }

async function requalifyProperty(run: Run, name: string, window: Window): Promise<void> {
  const isMeter = PROPERTIES.get(name)?.kind === 'counter'
  const step = isMeter ? { ...window, fromMs: window.fromMs - METER_BEFORE_MS } : window
  const streams = await selectStreams(run.pool, name)
  const outliers = await outlierHours(run, name, streams, step)
  const sensitive = isHumiditySensitive(name) ? streams.filter(({ isCheapOptical }) => isCheapOptical) : []
  const humidity = await humidityOf(run.pool, sensitive, step)
  const decide = (stream: Stream, evaluated: Evaluated): Requalified => {
    const hour = Math.floor((evaluated.timeMs - step.fromMs) / HOUR_MS)
    let { quality, reasons } = evaluated.evaluation
    const isImported = (evaluated.reasons & REASONS.imported) !== 0
    if (!isImported && outliers.get(stream.id)?.has(hour)) {
      quality = worst(quality, QUALITY.suspect)
      reasons |= REASONS.neighbours
    }
    const percent = humidity.get(stream.id)?.[hour] ?? 0
    if (percent > HUMID_PERCENT) reasons |= REASONS.humidity
    if (isBeyondCorrection(percent)) quality = worst(quality, QUALITY.suspect)
    return { datastreamId: stream.id, timeMs: evaluated.timeMs, quality, reasons }
  }
  await eachStream(run, name, streams, step, async (stream, evaluated) => {
    const changed = evaluated
      .map((stored) => [stored, decide(stream, stored)] as const)
      .filter(
        ([was, is]) => was.quality !== QUALITY.missing && (was.quality !== is.quality || was.reasons !== is.reasons),
      )
    if (changed.length === 0) return
    const flags = changed.map(([, is]) => is)
    run.counts.changed += await inTransaction(run.pool, (client) => setFlags(client, stream.id, flags))
  })
  run.counts.corrected += await storeCorrected(run.pool, name, sensitive, humidity, step)
}

/** The hours in which each Datastream disagrees with its neighbours, by the results that are good in the other tests. */
async function outlierHours(
  run: Run,
  name: string,
  streams: Stream[],
  step: Window,
): Promise<Map<number, Set<number>>> {
  const rule = rulesOf(name, 'unknown')?.neighbours
  const placed = streams.filter(({ lon, lat, isMain }) => rule && lon !== null && lat !== null && isMain)
  if (!rule || placed.length < 5) return new Map()
  const stations = new Map<number, Station>()
  const hours = (step.toMs - step.fromMs) / HOUR_MS
  const average = averageOf(name)
  await eachStream(run, name, placed, step, async ({ id, thing, confirmed, lon, lat }, evaluated) => {
    const byHour = new Map<number, number[]>()
    for (const { timeMs, result, evaluation } of evaluated) {
      if (!isGood(evaluation.quality)) continue
      const hour = Math.floor((timeMs - step.fromMs) / HOUR_MS)
      const results = byHour.get(hour)
      if (results) results.push(result)
      else byHour.set(hour, [result])
    }
    const means = new Float64Array(hours).map((_, hour) => meanOf(byHour.get(hour) ?? [], average) ?? Number.NaN)
    stations.set(id, { thing, confirmed, lon: lon ?? 0, lat: lat ?? 0, hours: means })
  })
  return disagreements(stations, rule, average === 'vector')
}

type Use = (stream: Stream, evaluated: Evaluated[]) => Promise<void>

/** Calls `use` with the evaluated observations of each Datastream within the step; those around it are only context. */
async function eachStream(run: Run, name: string, streams: readonly Stream[], step: Window, use: Use): Promise<void> {
  const property = PROPERTIES.get(name)
  if (!property) return
  for (let at = 0; at < streams.length && !run.signal?.aborted; at += STREAMS_PER_QUERY) {
    const startMs = performance.now()
    await evaluateStreams(run, property, streams.slice(at, at + STREAMS_PER_QUERY), step, use)
    if (!run.rest) continue
    await sleep(((performance.now() - startMs) * run.rest) / (1 - run.rest), undefined, pick(run)).catch(() => {})
  }
}
const pick = ({ signal }: Run): { signal?: AbortSignal } => (signal ? { signal } : {})

async function evaluateStreams(
  run: Run,
  property: ObservedProperty,
  streams: readonly Stream[],
  step: Window,
  use: Use,
): Promise<void> {
  const byId = new Map(streams.map((stream) => [stream.id, stream]))
  const hasHistory = streams.some(({ grade }) => rulesOf(property.name, grade))
  const isMeter = property.kind === 'counter'
  const fromMs = step.fromMs - (hasHistory ? WARM_UP_SECONDS * 1000 : 0)
  const toMs = step.toMs + (isMeter ? METER_AFTER_MS : hasHistory ? WINDOW_GAP_SECONDS * 1000 : 0)
  const rules = isMeter ? await readMeterRules(run.pool, [...byId.keys()], { from: fromMs, to: toMs }) : undefined
  const requalifierOf = ({ id, grade }: Stream): Requalifier | MeterRequalifier => {
    const own = rules?.get(id)
    return own ? new MeterRequalifier(property, grade, own) : new Requalifier(property, grade, run.latitude)
  }
  let current: { stream: Stream; requalifier: Requalifier | MeterRequalifier; evaluated: Evaluated[] } | undefined
  const finish = async (): Promise<void> => {
    if (!current) return
    for (const evaluated of current.requalifier.end()) addWithin(evaluated, current.evaluated, step)
    if (current.evaluated.length > 0) await use(current.stream, current.evaluated)
  }
  for await (const rows of readObservations(run.pool, [...byId.keys()], fromMs, toMs)) {
    run.counts.read += rows.length
    for (const row of rows) {
      if (current?.stream.id !== row.id) {
        await finish()
        const stream = byId.get(row.id) as Stream
        current = { stream, evaluated: [], requalifier: requalifierOf(stream) }
      }
      addWithin(current.requalifier.next(row), current.evaluated, step)
    }
  }
  await finish()
}

function addWithin(evaluated: Evaluated | undefined, list: Evaluated[], { fromMs, toMs }: Window): void {
  if (evaluated && evaluated.timeMs >= fromMs && evaluated.timeMs < toMs) list.push(evaluated)
}
