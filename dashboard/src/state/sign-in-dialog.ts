import { useSyncExternalStore } from 'react'

/** Whether the one sign-in dialog of the page is open; every part of the page can open it. */
let isOpen = false
const listeners = new Set<() => void>()

export function setSignInOpen(next: boolean): void {
  isOpen = next
  for (const listener of listeners) listener()
}

export function useSignInOpen(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => isOpen,
  )
}
