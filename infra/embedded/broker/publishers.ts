const MAX_TOPICS = 20_000
const MAX_TOPIC_LENGTH = 256

/** Who last published to a topic: a subscriber is not told. Of the most recent topics, so that clients cannot fill memory. */
export class Publishers {
  readonly #byTopic = new Map<string, string>()

  note(topic: string, publisher: string): void {
    if (topic.length > MAX_TOPIC_LENGTH || this.#byTopic.get(topic) === publisher) return
    this.#byTopic.delete(topic)
    this.#byTopic.set(topic, publisher)
    if (this.#byTopic.size <= MAX_TOPICS) return
    for (const oldest of this.#byTopic.keys()) {
      this.#byTopic.delete(oldest)
      return
    }
  }

  of(topic: string): string | undefined {
    return this.#byTopic.get(topic)
  }
}
