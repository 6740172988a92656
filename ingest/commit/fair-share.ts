export type FairShareOptions<Item> = {
  /** sum of the weights to take; the last item may exceed it */
  readonly maxWeight: number
  readonly weightOf: (item: Item) => number
  readonly ownerOf: (item: Item) => string
}

/**
 * Selects items by max-min fairness, so that every owner gets the same share as far as it has items: items are ordered by
 * the weight of their owner's earlier items. Items of one owner keep their order, taken or left. An owner with one item
 * is always among the first, however many another owner has.
 */
export function fairShare<Item>(
  items: readonly Item[],
  options: FairShareOptions<Item>,
): { taken: Item[]; left: Item[] } {
  const { maxWeight, weightOf, ownerOf } = options
  const sums = new Map<string, number>()
  const weightBefore = Float64Array.from(items, (item) => {
    const owner = ownerOf(item)
    const before = sums.get(owner) ?? 0
    sums.set(owner, before + weightOf(item))
    return before
  })
  const at = (index: number): number => weightBefore[index] ?? 0
  const order = Uint32Array.from(items, (_, index) => index).sort((a, b) => at(a) - at(b) || a - b)
  const chosen = new Uint8Array(items.length)
  let weight = 0
  for (const index of order) {
    if (weight >= maxWeight) break
    const item = items[index]
    if (item === undefined) continue
    chosen[index] = 1
    weight += weightOf(item)
  }
  return {
    taken: items.filter((_, index) => chosen[index] === 1),
    left: items.filter((_, index) => chosen[index] === 0),
  }
}
