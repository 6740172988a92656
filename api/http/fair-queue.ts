/**
 * Work of which only so much is done at a time. Whoever has the least under way is next, so a client that asks for much delays
 * only itself.
 *
 *     waiting --its turn-->                  running
 *     waiting --leave()-->                   gone
 *     running --work ends, well or badly-->  gone
 */
export type FairQueueLimits = {
  readonly running: number
  readonly runningPerClient: number
  readonly waiting: number
  readonly waitingPerClient: number
}
/** `client`: this one has too many waiting; `all`: all together have. */
export type Refusal = 'client' | 'all'

/** The name of clients that nobody can tell apart, such as all behind a proxy: no limit of one client holds for it. */
export const SHARED = ''

type Waiting = { readonly begin: () => void }
type Client = { running: number; readonly waiting: Set<Waiting> }

export class FairQueue {
  readonly #limits: FairQueueLimits
  /** those that have something running or waiting; of equals the one that came to its turn longest ago is first */
  readonly #clients = new Map<string, Client>()
  #running = 0
  #waiting = 0

  constructor(limits: FairQueueLimits) {
    this.#limits = limits
  }

  get size(): { running: number; waiting: number } {
    return { running: this.#running, waiting: this.#waiting }
  }

  /**
   * @param name of the client; SHARED for those that nobody can tell apart
   * @returns a promise of the turn, and how to give it up before; or why there is no place
   */
  enter(name: string): { readonly turn: Promise<() => void>; leave(): void } | Refusal {
    const client = this.#clients.get(name) ?? { running: 0, waiting: new Set() }
    if (this.#waiting >= this.#limits.waiting) return 'all'
    if (name !== SHARED && client.waiting.size >= this.#limits.waitingPerClient) return 'client'
    this.#clients.set(name, client)
    const { promise, resolve } = Promise.withResolvers<() => void>()
    const waiting: Waiting = { begin: () => resolve(() => this.#end(name, client)) }
    client.waiting.add(waiting)
    this.#waiting += 1
    this.#next()
    return {
      turn: promise,
      leave: () => {
        if (!client.waiting.delete(waiting)) return
        this.#waiting -= 1
        this.#forget(name, client)
      },
    }
  }

  #end(name: string, client: Client): void {
    client.running -= 1
    this.#running -= 1
    this.#forget(name, client)
    this.#next()
  }

  #forget(name: string, client: Client): void {
    if (client.running === 0 && client.waiting.size === 0) this.#clients.delete(name)
  }

  #next(): void {
    while (this.#running < this.#limits.running) {
      const found = this.#mostEntitled()
      if (!found) return
      const [name, client, waiting] = found
      // behind its equals
      this.#clients.delete(name)
      this.#clients.set(name, client)
      client.waiting.delete(waiting)
      client.running += 1
      this.#waiting -= 1
      this.#running += 1
      waiting.begin()
    }
  }

  #mostEntitled(): [string, Client, Waiting] | undefined {
    let best: [string, Client, Waiting] | undefined
    for (const [name, client] of this.#clients) {
      const [first] = client.waiting
      if (first === undefined || this.#isFull(name, client)) continue
      if (!best || client.running < best[1].running) best = [name, client, first]
    }
    return best
  }

  #isFull(name: string, { running }: Client): boolean {
    return running >= this.#limits.runningPerClient && name !== SHARED
  }
}
