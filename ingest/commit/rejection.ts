/**
 * What is left of a message that cannot be stored, each time with less that could be the reason:
 *
 *     as it came                       its observations, notes and archive
 *     rejected(), `store_failed`       its bytes, topic and the error
 *     minimalRejection()               that there was one: nothing of its content
 */
import { plainStart } from '#model/text/text.ts'
import { MAX_DETAIL_LENGTH } from '../message/describe-error.ts'
import type { IngestMessage } from '../message/ingest-message.ts'

const NOTHING = Buffer.alloc(0)

export const isPersonal = ({ failure, problems }: IngestMessage): boolean =>
  failure?.reason === 'personal_data' || problems.some(({ reason }) => reason === 'personal_data')

export function rejected(message: IngestMessage, detail: string): IngestMessage {
  const { unmapped: _unmapped, archiveDays: _archiveDays, amendments: _amendments, kept: _kept, ...rest } = message
  const about = message.failure ? `${message.failure.reason}: ${message.failure.detail}; ` : ''
  const failure = { reason: 'store_failed' as const, detail: plainStart(`${about}${detail}`, MAX_DETAIL_LENGTH) }
  // What may be about a person is not kept, whatever the reason.
  const personal = isPersonal(message) ? { payload: NOTHING, topic: '(personal data)' } : {}
  return { ...rest, ...personal, samples: [], problems: [], failure }
}

export function minimalRejection(
  message: Pick<IngestMessage, 'source' | 'settle'> & { readonly detail: string; readonly fullBytes?: number },
): IngestMessage {
  const { source, settle, detail, fullBytes = 0 } = message
  return {
    ...{ source, settle, fullBytes, topic: '(not storable)', payload: NOTHING, receivedAt: new Date() },
    ...{ messageId: undefined, dup: false, samples: [], problems: [] },
    failure: { reason: 'store_failed', detail },
  }
}
