/**
 * A message that cannot be stored is reduced step by step, so that less remains that could be the cause:
 *
 *     as received                   observations, unmapped fields and archive
 *     rejected(), `store_failed`    its bytes, topic and the error
 *     minimalRejection()            only that there was a message, without its content
 */
import { plainStart } from '#model/text/storable-text.ts'
import { MAX_DETAIL_LENGTH } from '../message/describe-error.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import { isPersonal } from '../personal-data/is-personal.ts'

const NOTHING = Buffer.alloc(0)

export function rejected(message: IngestMessage, detail: string): IngestMessage {
  const {
    unmapped: _unmapped,
    archiveDays: _archiveDays,
    amendments: _amendments,
    isDescription: _isDescription,
    ignoredBy: _ignoredBy,
    pending: _pending,
    ...rest
  } = message
  const about = message.failure ? `${message.failure.reason}: ${message.failure.detail}; ` : ''
  const failure = { reason: 'store_failed' as const, detail: plainStart(`${about}${detail}`, MAX_DETAIL_LENGTH) }
  // Personal data is not stored, whatever the reason.
  const personal = isPersonal(message) ? { payload: NOTHING, topic: '(personal data)' } : {}
  return { ...rest, ...personal, samples: [], problems: [], failure }
}

export function minimalRejection(
  message: Pick<IngestMessage, 'source' | 'acknowledge'> & { readonly detail: string; readonly fullBytes?: number },
): IngestMessage {
  const { source, acknowledge, detail, fullBytes = 0 } = message
  return {
    ...{ source, acknowledge, fullBytes, topic: '(not storable)', payload: NOTHING, receivedAt: new Date() },
    ...{ messageId: undefined, dup: false, samples: [], problems: [] },
    failure: { reason: 'store_failed', detail },
  }
}
