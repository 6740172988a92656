import { useSyncExternalStore } from 'react'

/**
 * The key of the city while this page is open: in memory, shared by all forms, in no storage and no address. Reloading
 * the page forgets it.
 */
let key = ''
const listeners = new Set<() => void>()

export function setCityKey(next: string): void {
  key = next
  for (const listener of listeners) listener()
}

export function useCityKey(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => key,
  )
}
