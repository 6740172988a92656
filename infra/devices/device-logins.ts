import { TopicTree } from '#model/mqtt/topic-tree.ts'

/** One credential of a device. */
export type DeviceLogin = {
  readonly id: number
  /** id of its Thing */
  readonly thingId: number
  readonly username: string
  /** hashed (secret.ts) */
  readonly secret: string
  /** topic filters: what it may publish and subscribe to */
  readonly topics: readonly string[]
}

/**
 * The credentials of devices, as the broker sees them.
 *
 *     unread  --set-->  current  --set-->  current, `onChange`
 */
export class DeviceLogins {
  #byUsername: ReadonlyMap<string, DeviceLogin> | undefined
  #topics = new TopicTree()
  readonly #listeners = new Set<() => void>()

  /** False until the database could be read: then nobody is a device, and nobody is refused as none. */
  get isRead(): boolean {
    return this.#byUsername !== undefined
  }

  find(username: string): DeviceLogin | undefined {
    return this.#byUsername?.get(username)
  }

  /** Whether a device has credentials for this topic, so that others may not publish to it. */
  reserves(topic: string): boolean {
    return this.#topics.matches(topic)
  }

  set(logins: readonly DeviceLogin[]): void {
    this.#byUsername = new Map(logins.map((login) => [login.username, login]))
    this.#topics = new TopicTree(logins.flatMap(({ topics }) => topics))
    for (const listener of this.#listeners) listener()
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }
}
