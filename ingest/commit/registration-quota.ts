/** Messages of devices that may not register themselves now are stored as rejected, so that they can be replayed. */
import type { Queryable } from '#infra/db/pool.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import type { Registry } from '../registry/registry.ts'

const REASON = 'registration_limit' as const

/** The messages, without the values of devices beyond the quota. */
export async function withinQuota(
  registry: Registry,
  db: Queryable,
  messages: readonly IngestMessage[],
): Promise<readonly IngestMessage[]> {
  const refused = await registry.register(
    db,
    messages.flatMap(({ samples }) => samples),
  )
  return refused.size === 0 ? messages : messages.map((message) => without(message, refused))
}

function without(message: IngestMessage, refused: ReadonlySet<string>): IngestMessage {
  const samples = message.samples.filter(({ device }) => !refused.has(device))
  if (samples.length === message.samples.length) return message
  const problems = message.samples
    .filter(({ device }) => refused.has(device))
    .map(({ device, property }) => ({
      field: property,
      reason: REASON,
      detail: `device ${device} is not registered, and the limit for self-registration is reached`,
    }))
  return { ...message, samples, problems: [...message.problems, ...problems] }
}
