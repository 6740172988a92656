import type { Domain } from '#model/things/domain.ts'

/** One open connection, as the client needs it. */
export type Wire = {
  write(text: string): void
  /** bytes written that the client has not read yet */
  pendingBytes(): number
  onDrain(listener: () => void): void
  onClose(listener: () => void): void
  end(): void
}

type ClientOptions = {
  wire: Wire
  domains: readonly Domain[] | undefined
  /** that it failed is for `snapshot` to log */
  snapshot: () => Promise<string>
  maxPendingBytes?: number
}

/** Room for a few seconds of a busy city. */
const MAX_PENDING_BYTES = 1_000_000

export type LiveClient = ReturnType<typeof createClient>

/**
 * One event stream. States:
 * - loading: a snapshot is being read; events that arrive meanwhile are buffered
 * - flowing: events are sent as they arrive
 * - lagging: the client does not keep up: events are discarded, and once it has read everything it receives a new
 *   snapshot (-> loading)
 * - closed
 * A snapshot that cannot be read (database unreachable) ends the stream: the browser reconnects after `retry`.
 */
export function createClient({ wire, domains, snapshot, maxPendingBytes = MAX_PENDING_BYTES }: ClientOptions) {
  let state: 'loading' | 'flowing' | 'lagging' | 'closed' = 'loading'
  let behind: string[] = []
  let behindBytes = 0
  let overflowed = false
  const isClosed = (): boolean => state === 'closed'

  async function load(): Promise<void> {
    state = 'loading'
    forget(false)
    try {
      const text = await snapshot()
      if (isClosed()) return
      wire.write(text + behind.join(''))
    } catch {
      return close()
    }
    // Events discarded while the snapshot was read are newer than the snapshot.
    if (overflowed) return load()
    forget(false)
    state = 'flowing'
  }

  function forget(lost: boolean): void {
    behind = []
    behindBytes = 0
    overflowed = lost
  }

  function close(): void {
    if (isClosed()) return
    state = 'closed'
    forget(false)
    wire.end()
  }

  function send(text: string): void {
    if (state === 'loading') keep(text)
    if (state !== 'flowing') return
    if (wire.pendingBytes() > maxPendingBytes) state = 'lagging'
    else wire.write(text)
  }

  function keep(text: string): void {
    behind.push(text)
    behindBytes += text.length
    if (behindBytes > maxPendingBytes) forget(true)
  }

  wire.onDrain(() => {
    if (state === 'lagging') void load()
  })
  wire.write('retry: 2000\n\n')
  void load()

  return {
    send,
    close,
    wants: (domain: Domain) => domains === undefined || domains.includes(domain),
    beat: () => {
      if (state !== 'closed' && wire.pendingBytes() <= maxPendingBytes) wire.write(': still here\n\n')
    },
  }
}
