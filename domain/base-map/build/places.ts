import type { Position } from '#model/basics/geo.ts'

const FIRST_LENGTH = 1 << 16
/** Of OpenStreetMap, which stores 1e-7 degrees. */
const SCALE = 1e7

/** Numbers in the order in which they come, in arrays without an object each: 8 bytes a number. */
export class Ids {
  #ids = new Float64Array(FIRST_LENGTH)
  #isSorted = true
  length = 0

  add(id: number): void {
    if (this.length === this.#ids.length) this.#ids = grown(this.#ids, new Float64Array(this.length * 2))
    if (this.length > 0 && id < (this.#ids[this.length - 1] ?? 0)) this.#isSorted = false
    this.#ids[this.length] = id
    this.length += 1
  }

  has(id: number): boolean {
    if (!this.#isSorted) {
      this.#ids.subarray(0, this.length).sort()
      this.#isSorted = true
    }
    return indexOf(this.#ids, this.length, id) >= 0
  }
}

/** Where nodes are: 16 bytes a node, found by halving. */
export class Places {
  #ids = new Float64Array(FIRST_LENGTH)
  #lon = new Int32Array(FIRST_LENGTH)
  #lat = new Int32Array(FIRST_LENGTH)
  #isSorted = true
  length = 0

  add(id: number, lon: number, lat: number): void {
    const { length } = this
    if (length === this.#ids.length) {
      this.#ids = grown(this.#ids, new Float64Array(length * 2))
      this.#lon = grown(this.#lon, new Int32Array(length * 2))
      this.#lat = grown(this.#lat, new Int32Array(length * 2))
    }
    if (length > 0 && id < (this.#ids[length - 1] ?? 0)) this.#isSorted = false
    this.#ids[length] = id
    this.#lon[length] = Math.round(lon * SCALE)
    this.#lat[length] = Math.round(lat * SCALE)
    this.length += 1
  }

  has(id: number): boolean {
    return this.#index(id) >= 0
  }

  get(id: number): Position | undefined {
    const index = this.#index(id)
    return index < 0 ? undefined : [(this.#lon[index] ?? 0) / SCALE, (this.#lat[index] ?? 0) / SCALE]
  }

  #index(id: number): number {
    if (!this.#isSorted) this.#sort()
    return indexOf(this.#ids, this.length, id)
  }

  /** Extracts are sorted by id; what a person has edited, or what is added for areas that reach out, is not. */
  #sort(): void {
    const order = Uint32Array.from({ length: this.length }, (_, index) => index)
    const ids = this.#ids
    order.sort((a, b) => (ids[a] ?? 0) - (ids[b] ?? 0))
    const [lon, lat] = [this.#lon, this.#lat]
    this.#ids = Float64Array.from(order, (index) => ids[index] ?? 0)
    this.#lon = Int32Array.from(order, (index) => lon[index] ?? 0)
    this.#lat = Int32Array.from(order, (index) => lat[index] ?? 0)
    this.#isSorted = true
  }
}

function grown<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from)
  return to
}

function indexOf(ids: Float64Array, length: number, id: number): number {
  let [low, high] = [0, length - 1]
  while (low <= high) {
    const middle = (low + high) >>> 1
    const found = ids[middle] ?? 0
    if (found === id) return middle
    if (found < id) low = middle + 1
    else high = middle - 1
  }
  return -1
}
