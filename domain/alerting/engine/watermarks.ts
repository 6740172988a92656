/** How far a Datastream was evaluated. Unix milliseconds. */
export type Reached = {
  /** up to which measurement, or end of a window */
  readonly until: number
  /** of the newest evidence; null: none since the Thing was registered; undefined: not known, an engine before this saw it */
  readonly evidenceAt: number | null | undefined
}

const INITIAL_SLOTS = 64
const NEVER = Number.NEGATIVE_INFINITY

/** Places of Datastreams in the arrays of all features that look at the same property. */
class Slots {
  readonly #places = new Map<number, number>()

  find(stream: number): number | undefined {
    return this.#places.get(stream)
  }
  take(stream: number): number {
    const slot = this.#places.get(stream) ?? this.#places.size
    this.#places.set(stream, slot)
    return slot
  }
  /** Datastreams in the order of their places */
  streams(): Iterable<number> {
    return this.#places.keys()
  }
}

/**
 * Of one feature, by Datastream. In columns: there is one entry for each feature and Datastream, and most of them change with
 * every pass.
 */
export class Marks {
  readonly #slots: Slots
  /** NaN: none */
  #until = new Float64Array(0)
  /** NaN: not known; -Infinity: never */
  #evidenceAt = new Float64Array(0)

  constructor(slots: Slots) {
    this.#slots = slots
  }

  get(stream: number): Reached | undefined {
    const slot = this.#slots.find(stream)
    const until = slot === undefined ? undefined : this.#until[slot]
    if (slot === undefined || until === undefined || Number.isNaN(until)) return undefined
    const at = this.#evidenceAt[slot] ?? Number.NaN
    return { until, evidenceAt: at === NEVER ? null : Number.isNaN(at) ? undefined : at }
  }

  set(stream: number, { until, evidenceAt }: Reached): void {
    const slot = this.#slots.take(stream)
    if (slot >= this.#until.length) this.#grow(slot)
    this.#until[slot] = until
    this.#evidenceAt[slot] = evidenceAt === null ? NEVER : (evidenceAt ?? Number.NaN)
  }

  setAll(other: Marks): void {
    for (const stream of other.#slots.streams()) {
      const reached = other.get(stream)
      if (reached) this.set(stream, reached)
    }
  }

  #grow(slot: number): void {
    const length = Math.max(INITIAL_SLOTS, 2 ** Math.ceil(Math.log2(slot + 1)))
    const [until, evidenceAt] = [new Float64Array(length).fill(Number.NaN), new Float64Array(length).fill(Number.NaN)]
    until.set(this.#until)
    evidenceAt.set(this.#evidenceAt)
    this.#until = until
    this.#evidenceAt = evidenceAt
  }
}

/** How far each feature was evaluated, by its key. */
export class Watermarks {
  readonly #slots = new Map<string, Slots>()
  readonly #marks = new Map<string, Marks>()

  /** undefined: the feature is new */
  of(key: string): Marks | undefined {
    return this.#marks.get(key)
  }

  /** Empty ones, for a feature of the property. */
  marks(property: string): Marks {
    const slots = this.#slots.get(property) ?? new Slots()
    this.#slots.set(property, slots)
    return new Marks(slots)
  }

  /** @param moved what changed, by key; features that are not among them are gone */
  advance(moved: ReadonlyMap<string, Marks>): void {
    for (const key of [...this.#marks.keys()]) if (!moved.has(key)) this.#marks.delete(key)
    for (const [key, marks] of moved) {
      const known = this.#marks.get(key)
      if (known) known.setAll(marks)
      else this.#marks.set(key, marks)
    }
  }
}
