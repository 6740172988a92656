import { useCallback, useSyncExternalStore } from 'react'
import { parseViewState, toSearch, type ViewState } from './view-state.ts'

/**
 * The address is the store. Choices make a step in the browser's history; moving the map replaces the last one,
 * or "back" would walk through every pan.
 */
const listeners = new Set<() => void>()
let search = window.location.search
let state = parseViewState(search)

function read(): ViewState {
  if (window.location.search !== search) {
    search = window.location.search
    state = parseViewState(search)
  }
  return state
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('popstate', listener)
  }
}

export type ChangeView = (change: Partial<ViewState>, how?: 'push' | 'replace') => void

export function changeView(change: Partial<ViewState>, how: 'push' | 'replace' = 'push'): void {
  const address = window.location.pathname + toSearch({ ...read(), ...change })
  if (address === window.location.pathname + window.location.search) return
  if (how === 'push') window.history.pushState(null, '', address)
  else window.history.replaceState(null, '', address)
  for (const listener of listeners) listener()
}

export function useViewState(): [ViewState, ChangeView] {
  const current = useSyncExternalStore(subscribe, read)
  return [current, useCallback(changeView, [])]
}
