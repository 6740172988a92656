import type { Domain } from '#model/domain.ts'
import { type LiveMessage, type LiveObservation, liveTopic } from '#model/live.ts'
import type { Row } from './rows.ts'

/** A message of the live feed carries at most so many observations. */
const MOST = 500

/** The messages that tell everyone else what is now the latest; topic and JSON payload. */
export function liveMessages(rows: readonly Row[]): { topic: string; payload: string }[] {
  const messages: { topic: string; payload: string }[] = []
  for (const [domain, group] of Map.groupBy(rows, (row) => row.domain)) {
    for (let from = 0; from < group.length; from += MOST) {
      const observations = group.slice(from, from + MOST).map(observationOf)
      const message: LiveMessage = { domain: domain as Domain, observations }
      messages.push({ topic: liveTopic(domain), payload: JSON.stringify(message) })
    }
  }
  return messages
}

const observationOf = ({ datastream, property, channel, timeMs, result, quality, reasons, location }: Row) =>
  ({
    thing: datastream.thing,
    datastreamId: datastream.id,
    property,
    channel,
    phenomenonTime: new Date(timeMs).toISOString(),
    result,
    quality,
    reasons,
    ...(location && { location }),
  }) satisfies LiveObservation
