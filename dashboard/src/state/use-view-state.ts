import { useCallback, useSyncExternalStore } from 'react'
import { ROOT } from '../http/root.ts'
import { createAddress, type ViewState } from './view-state.ts'

/**
 * The address is the store. A choice adds an entry to the browser history; moving the map replaces the last entry, so
 * that "back" does not step through every pan.
 */
const listeners = new Set<() => void>()
let address = createAddress()
let search: string | undefined
let state: ViewState | undefined

/** From now on the address is read and written by this grammar, which knows the layers of the map. */
export function setAddress(grammar: typeof address): void {
  address = grammar
  state = undefined
  for (const listener of listeners) listener()
}

function read(): ViewState {
  if (state === undefined || window.location.search !== search) {
    search = window.location.search
    state = address.parseViewState(search)
  }
  return state
}

/** The address of a view, for links. */
export const hrefOf = (view: ViewState): string => address.toSearch(view) || ROOT

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
  const to = window.location.pathname + address.toSearch({ ...read(), ...change })
  if (to === window.location.pathname + window.location.search) return
  if (how === 'push') window.history.pushState(null, '', to)
  else window.history.replaceState(null, '', to)
  for (const listener of listeners) listener()
}

export function useViewState(): [ViewState, ChangeView] {
  const current = useSyncExternalStore(subscribe, read)
  return [current, useCallback(changeView, [])]
}
