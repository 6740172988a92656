import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until `read` gives what is wanted; says what it gave last when it never does. */
export async function until<T>(
  read: () => T | Promise<T>,
  wanted: (value: T) => boolean,
  limitMs = 40_000,
): Promise<T> {
  const end = performance.now() + limitMs
  for (;;) {
    const value = await read()
    if (wanted(value)) return value
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms; last seen: ${JSON.stringify(value)}`)
    await sleep(25)
  }
}
