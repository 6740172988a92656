import { useCallback, useSyncExternalStore } from 'react'
import type { Address, ViewState } from './view-state.ts'

/**
 * The address is the store. A choice adds an entry to the browser history; moving the map replaces the last entry, so
 * that "back" does not step through every pan.
 */
const listeners = new Set<() => void>()
let address: Address | undefined
let search: string | undefined
let state: ViewState | undefined

/** Says how the address is written, before anything reads it. */
export function startViewState(grammar: Address): void {
  address = grammar
}

function grammar(): Address {
  if (!address) throw new Error('startViewState comes first')
  return address
}

function read(): ViewState {
  if (state === undefined || window.location.search !== search) {
    search = window.location.search
    state = grammar().parseViewState(search)
  }
  return state
}

/** The address of a view, for links. */
export const hrefOf = (view: ViewState): string => grammar().toSearch(view) || '/'

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
  const to = window.location.pathname + grammar().toSearch({ ...read(), ...change })
  if (to === window.location.pathname + window.location.search) return
  if (how === 'push') window.history.pushState(null, '', to)
  else window.history.replaceState(null, '', to)
  for (const listener of listeners) listener()
}

export function useViewState(): [ViewState, ChangeView] {
  const current = useSyncExternalStore(subscribe, read)
  return [current, useCallback(changeView, [])]
}
