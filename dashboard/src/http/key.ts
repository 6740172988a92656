import { useSyncExternalStore } from 'react'

/**
 * The city key while this page is open: in memory, shared by all forms, never in storage or in the address. Reloading
 * the page discards it.
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
