/** Messages of devices that may not register themselves now are stored as rejected, so that they can be replayed. */
import type { Queryable } from '#infra/db/pool.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import { cleanPayload } from '../personal-data/redact.ts'
import type { Refused } from '../registry/admission.ts'
import type { Registry } from '../registry/registry.ts'

const DETAIL = {
  registration_limit: 'is not registered, and the limit for self-registration is reached',
  awaiting_approval: 'is not registered, and waits for approval',
  retained_without_time: 'is not registered, and this is what the broker kept of it: it is registered when it reports',
}

/** The messages, without the values of devices that are not registered. */
export async function admittedOnly(
  registry: Registry,
  db: Queryable,
  messages: readonly IngestMessage[],
): Promise<readonly IngestMessage[]> {
  const refused = await registry.register(db, messages)
  return refused.size === 0 ? messages : messages.map((message) => without(message, refused))
}

function without(message: IngestMessage, refused: Refused): IngestMessage {
  const samples = message.samples.filter(({ device }) => !refused.has(device))
  if (samples.length === message.samples.length) return message
  const problems = message.samples.flatMap(({ device, property }) => {
    const reason = refused.get(device)
    return reason === undefined
      ? []
      : [{ device, field: property, reason, detail: `device ${device} ${DETAIL[reason]}` }]
  })
  const pending = message.samples.filter(({ device }) => refused.get(device) === 'awaiting_approval')
  return { ...message, ...cleanPayload(message), samples, pending, problems: [...problems, ...message.problems] }
}
