import { liveTopic } from '#model/mqtt/live-feed.ts'
import type { Row } from '../commit/rows.ts'
import type { Datastream } from '../registry/registry.ts'

/** Limit for one message of the live feed. */
const MAX_OBSERVATIONS = 500

/**
 * Live messages for rows that are now the latest: topic and JSON payload (LiveMessage). The JSON is assembled from text,
 * which takes a third of the time: a batch has thousands of rows, and the fields that identify a Datastream are cached.
 */
export function liveMessages(rows: readonly Row[]): { topic: string; payload: string }[] {
  const messages: { topic: string; payload: string }[] = []
  for (const [domain, group] of Map.groupBy(rows, ({ sample }) => sample.domain)) {
    for (let from = 0; from < group.length; from += MAX_OBSERVATIONS) {
      const observations = group.slice(from, from + MAX_OBSERVATIONS).map(observationOf)
      const payload = `{"domain":${JSON.stringify(domain)},"observations":[${observations.join(',')}]}`
      messages.push({ topic: liveTopic(domain), payload })
    }
  }
  return messages
}

const heads = new WeakMap<Datastream, string>()
function headOf({ datastream, sample: { property, channel } }: Row): string {
  const known = heads.get(datastream)
  if (known) return known
  const { id, thing } = datastream
  const head = JSON.stringify({ thing, datastreamId: id, property, channel }).slice(0, -1)
  heads.set(datastream, head)
  return head
}

/** A LiveObservation in JSON. */
function observationOf(row: Row): string {
  const { timeMs, sample, quality, reasons, location } = row
  const place = location ? `,"location":${JSON.stringify(location)}` : ''
  return `${headOf(row)},"phenomenonTime":"${isoOf(timeMs)}","result":${sample.result},"quality":${quality},"reasons":${reasons}${place}}`
}

/** Values of one message are adjacent and share a time, which takes longer to format than everything else. */
let printed = { ms: 0, iso: new Date(0).toISOString() }
function isoOf(ms: number): string {
  if (printed.ms !== ms) printed = { ms, iso: new Date(ms).toISOString() }
  return printed.iso
}
