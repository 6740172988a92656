import type { Domain } from '#model/things/domain.ts'

/** One open connection, as the client needs it. */
export type Wire = {
  write(text: string): void
  /** bytes handed over that the other side has not taken yet */
  pendingBytes(): number
  onDrain(listener: () => void): void
  onClose(listener: () => void): void
  end(): void
}

type ClientOptions = {
  wire: Wire
  domains: readonly Domain[] | undefined
  snapshot: () => Promise<string>
  onError: (error: unknown) => void
  maxPendingBytes?: number
}

/** Room for a few seconds of a busy city. */
const MAX_PENDING_BYTES = 1_000_000

export type LiveClient = ReturnType<typeof createClient>

/**
 * One event stream. States:
 * - loading: a snapshot is being read; events that come meanwhile are kept behind it
 * - flowing: events go out as they come
 * - lagging: the other side does not keep up: events are let go, and once it has taken everything a fresh snapshot
 *   says where things stand (-> loading)
 * - closed
 * A snapshot that cannot be read (database away) ends the stream: the browser comes back by itself after `retry`.
 */
export function createClient({ wire, domains, snapshot, onError, maxPendingBytes = MAX_PENDING_BYTES }: ClientOptions) {
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
    } catch (error) {
      onError(error)
      return close()
    }
    // What was let go while the snapshot was read is newer than the snapshot.
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
