/** The engine's answer to a batch: the transaction status at its end, and the reasons for refused statements. */
import { Inbox } from './inbox.ts'
import { errorResponse, frames, readError, type Status } from './wire.ts'

/** Whether a transaction is open, from the last bytes of an answer: those of its ReadyForQuery. @throws where there is none */
export function readStatus(tail: Buffer, request: Uint8Array): Status {
  const status = String.fromCharCode(tail[5] ?? 0)
  if (tail[0] !== 0x5a || (status !== 'I' && status !== 'T' && status !== 'E')) {
    throw new Error(`it stopped in the middle of an answer (${tail.toString('hex')}) to: ${beginningOf(request)}`)
  }
  return status
}

/** Beginning of the request, for the log: statements contain no values, those are parameters. */
function beginningOf(request: Uint8Array): string {
  const text = Buffer.from(request.subarray(0, 2_000)).toString('latin1')
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 400)
}

/** A refused statement was replaced by one that fails to parse; its error gets the reason. */
export function explainRefusals(answer: Buffer, refusals: readonly string[]): Buffer {
  const parts: Buffer[] = []
  const reasons = [...refusals]
  for (const { type, start, end } of frames(answer)) {
    const whole = answer.subarray(start, end)
    const refused = type === 'E' && readError(whole)?.code === '42601' && whole.includes(Inbox.refusedText)
    const message = refused ? reasons.shift() : undefined
    // 0A000: feature_not_supported
    parts.push(message ? errorResponse({ severity: 'ERROR', code: '0A000', message }) : whole)
  }
  return Buffer.concat(parts)
}
