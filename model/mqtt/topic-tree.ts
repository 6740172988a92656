type Level = { readonly next: Map<string, Level>; ends: boolean }
const newLevel = (): Level => ({ next: new Map(), ends: false })

/** Many topic filters (MQTT 3.1.1, 4.7), of which any may match: one step for each level of the topic and wildcard. */
export class TopicTree {
  readonly #root = newLevel()

  constructor(filters: readonly string[] = []) {
    for (const filter of filters) {
      let level = this.#root
      for (const name of filter.split('/')) {
        let next = level.next.get(name)
        if (!next) {
          next = newLevel()
          level.next.set(name, next)
        }
        level = next
      }
      level.ends = true
    }
  }

  matches(topic: string): boolean {
    // [MQTT-4.7.2-1] a wildcard at the start does not reach topics of the broker itself
    let wildcards = !topic.startsWith('$')
    let levels: readonly Level[] = [this.#root]
    for (const name of topic.split('/')) {
      if (wildcards && levels.some(endsWithRest)) return true
      levels = levels.flatMap(({ next }) => [next.get(name) ?? [], (wildcards && next.get('+')) || []].flat())
      if (levels.length === 0) return false
      wildcards = true
    }
    return levels.some((level) => level.ends || endsWithRest(level))
  }
}

/** `#` also matches the level above it. */
const endsWithRest = ({ next }: Level): boolean => next.get('#')?.ends === true
