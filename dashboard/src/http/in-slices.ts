import { z } from 'zod'

/** What may be done at a time: frames are 16 ms apart, and the page needs some of that. */
const SLICE_MS = 8
/** About a hundred Things. */
const SLICE_LENGTH = 65_536

/**
 * Reads a JSON object with one long list, `list` items at a time, so that the page answers meanwhile: 100,000 Things are 50 MB, and one
 * JSON.parse with a check of the schema would hold it for seconds. Every item begins with `itemStart`, such as `{"type":"Feature",`,
 * which is nowhere else: within a string its quotes would be escaped. Where nothing begins so, all is read at once.
 * @returns the rest of the object as JSON, with the items that are left
 */
export async function readInSlices<S extends z.ZodType>(
  texts: AsyncIterable<string> | Iterable<string>,
  { item, itemStart }: { readonly item: S; readonly itemStart: string },
  take: (items: readonly z.output<S>[]) => void,
): Promise<unknown> {
  const items = z.array(item)
  let head: string | undefined
  let rest = ''
  let began = performance.now()
  for await (const text of texts) {
    rest += text
    if (head === undefined) {
      const start = rest.indexOf(itemStart)
      if (start < 0) continue
      head = rest.slice(0, start)
      rest = rest.slice(start)
    }
    let done = 0
    for (;;) {
      const end = rest.indexOf(`,${itemStart}`, done + SLICE_LENGTH)
      if (end < 0) break
      take(items.parse(JSON.parse(`[${rest.slice(done, end)}]`)))
      done = end + 1
      if (performance.now() - began < SLICE_MS) continue
      await otherWork()
      began = performance.now()
    }
    rest = rest.slice(done)
  }
  return JSON.parse(`${head ?? ''}${rest}`)
}

type Scheduler = { yield?: () => Promise<void> }

/** Until what waits has been done: input, drawing. */
const otherWork = (): Promise<void> =>
  (globalThis as { scheduler?: Scheduler }).scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve))

/** The text of an answer as it arrives. */
export async function* textsOf(body: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    yield decoder.decode(value, { stream: true })
  }
  yield decoder.decode()
}
