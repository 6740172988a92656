/** What is no HTTP: it reaches no route and no hook, and is answered like every other error all the same. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Problem } from '#model/api/problem.ts'

type Unparsed = { readonly status: number; readonly detail: string }

const TIMEOUT: Unparsed = { status: 408, detail: 'the request was not complete in time' }
const OVERFLOW: Unparsed = { status: 431, detail: 'the header lines are too long together' }
const NO_TUNNEL: Unparsed = { status: 405, detail: 'CONNECT: this server is no proxy' }
const NOT_HTTP: Unparsed = { status: 400, detail: 'this is not a request of HTTP/1.1' }

const BY_CODE: ReadonlyMap<string | undefined, Unparsed> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', TIMEOUT],
  ['HPE_HEADER_OVERFLOW', OVERFLOW],
])

/** A tunnel (CONNECT) is no route either, and without this the connection closes without an answer. */
export function refuseTunnel(_: unknown, socket: Duplex): void {
  socket.on('error', () => {})
  socket.end(answerOf(NO_TUNNEL))
}

/** For the `clientErrorHandler` of Fastify. */
export function answerUnparsed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (socket.writable) socket.write(answerOf(BY_CODE.get(error.code) ?? NOT_HTTP))
  socket.destroy(error)
}

function answerOf({ status, detail }: Unparsed): string {
  const code = 'REQUEST_INVALID'
  const problem: Problem = {
    ...{ type: `urn:citywell:error:${code}`, title: 'Request invalid', status, detail, code },
    ...{ instance: '', requestId: randomUUID() },
  }
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}
