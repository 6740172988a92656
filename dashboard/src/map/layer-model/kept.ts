/**
 * What was made of each Thing, from one live batch to the next: of 100,000 Things a few thousand change in a second, and the
 * others keep their reading, their mark and their place in the counts of the legend. What is made is the same as without it.
 */
export type Kept = {
  once<Made>(name: string, make: () => Made): Made
  /** `make` of each item; where item and `context` are as the last time, what was made then. The same list where nothing changed. */
  map<From, To>(name: string, context: string, from: readonly From[], make: (item: From) => To): readonly To[]
  /** The same of what depends on Datastreams: `make` is called for those that changed, with what it made before. */
  follow<From, To>(name: string, from: Followed<From>, make: (item: From, before: To | undefined) => To): readonly To[]
  /** Equal items and how many they are. Of a group nothing may be read but what its key says. */
  groups<Item>(name: string, items: readonly Item[], keyOf: (item: Item) => string): readonly Group<Item>[]
}

export type Group<Item> = { readonly of: Item; readonly n: number }

type Followed<From> = {
  readonly items: readonly From[]
  readonly datastreamsOf: (item: From) => readonly number[]
  /** absent: all are looked at */
  readonly changes: Changes | undefined
}

/** What the live feed brought since the version before. */
export type Changes = {
  readonly version: number
  readonly datastreams: readonly number[]
  /** changes from time to time: then all are looked at, since values grow old without a message */
  readonly clock: number
}

/** For one layer and one answer of the API: whoever shows others begins anew. */
export function createKept(): Kept {
  const made = new Map<string, unknown>()
  const lists = new Map<string, List>()
  const followed = new Map<string, Following>()
  const counted = new Map<string, Counted>()
  return {
    once<Made>(name: string, make: () => Made): Made {
      if (!made.has(name)) made.set(name, make())
      return made.get(name) as Made
    },
    map<From, To>(name: string, context: string, from: readonly From[], make: (item: From) => To): readonly To[] {
      const known = lists.get(name)
      const to = mapped(known?.context === context ? known : undefined, from, make)
      lists.set(name, { context, from, to })
      return to as readonly To[]
    },
    follow<From, To>(name: string, from: Followed<From>, make: (item: From, before: To | undefined) => To) {
      const known = followed.get(name) as Following<From, To> | undefined
      const next = known?.items === from.items ? following(known, from, make) : begun(from, make)
      followed.set(name, next as Following)
      return next.to
    },
    groups<Item>(name: string, items: readonly Item[], keyOf: (item: Item) => string): readonly Group<Item>[] {
      const known = counted.get(name) as Counted<Item> | undefined
      const next = recount(known, items, keyOf)
      counted.set(name, next as Counted)
      return [...next.groups.values()]
    },
  }
}

/** Nothing is kept: for a frame of the past, and where a model is made once. */
export const NOTHING_KEPT: Kept = {
  once: (_name, make) => make(),
  map: (_name, _context, from, make) => from.map(make),
  follow: (_name, { items }, make) => items.map((item) => make(item, undefined)),
  groups: (_name, items, keyOf) => [...recount(undefined, items, keyOf).groups.values()],
}

type List = { readonly context: string; readonly from: readonly unknown[]; readonly to: readonly unknown[] }

function mapped<To>(known: List | undefined, from: readonly unknown[], make: (item: never) => To): readonly unknown[] {
  if (known?.from === from) return known.to
  if (known?.from.length !== from.length) return from.map((item) => make(item as never))
  const to = known.to.slice()
  let isSame = true
  for (let index = 0; index < from.length; index += 1) {
    if (from[index] === known.from[index]) continue
    to[index] = make(from[index] as never)
    isSame = false
  }
  return isSame ? known.to : to
}

type Following<From = unknown, To = unknown> = {
  readonly items: readonly From[]
  readonly to: readonly To[]
  readonly version: number | undefined
  readonly clock: number | undefined
  /** where in the list each Datastream is; made with the first batch */
  readonly placesOf: () => ReadonlyMap<number, readonly number[]>
}

function begun<From, To>(
  { items, changes, datastreamsOf }: Followed<From>,
  make: (item: From, before: To | undefined) => To,
): Following<From, To> {
  let places: ReadonlyMap<number, readonly number[]> | undefined
  const placesOf = () => {
    places ??= placesIn(items, datastreamsOf)
    return places
  }
  const to = items.map((item) => make(item, undefined))
  return { items, to, version: changes?.version, clock: changes?.clock, placesOf }
}

function placesIn<From>(items: readonly From[], datastreamsOf: (item: From) => readonly number[]) {
  const places = new Map<number, number[]>()
  for (const [index, item] of items.entries())
    for (const id of datastreamsOf(item)) {
      const known = places.get(id)
      if (known) known.push(index)
      else places.set(id, [index])
    }
  return places
}

function following<From, To>(
  known: Following<From, To>,
  { items, changes }: Followed<From>,
  make: (item: From, before: To | undefined) => To,
): Following<From, To> {
  const to = known.to.slice()
  let isSame = true
  const look = (index: number): void => {
    const [item, before] = [items[index] as From, known.to[index]]
    const next = make(item, before)
    if (next === before) return
    to[index] = next
    isSame = false
  }
  const isNext =
    changes !== undefined &&
    known.version !== undefined &&
    changes.clock === known.clock &&
    (changes.version === known.version || changes.version === known.version + 1)
  if (isNext) for (const id of changes.datastreams) for (const index of known.placesOf().get(id) ?? []) look(index)
  else for (let index = 0; index < items.length; index += 1) look(index)
  return { ...known, to: isSame ? known.to : to, version: changes?.version, clock: changes?.clock }
}

type Counted<Item = unknown> = {
  readonly items: readonly Item[]
  readonly groups: ReadonlyMap<string, Group<Item>>
}

function recount<Item>(
  known: Counted<Item> | undefined,
  items: readonly Item[],
  keyOf: (item: Item) => string,
): Counted<Item> {
  if (known?.items === items) return known
  const isAlike = known?.items.length === items.length
  const groups = new Map(isAlike ? known.groups : [])
  const count = (item: Item, by: number): void => {
    const key = keyOf(item)
    const n = (groups.get(key)?.n ?? 0) + by
    if (n === 0) groups.delete(key)
    else groups.set(key, { of: item, n })
  }
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] as Item
    const before = isAlike ? known.items[index] : undefined
    if (item === before) continue
    if (before !== undefined) count(before, -1)
    count(item, 1)
  }
  return { items, groups }
}
