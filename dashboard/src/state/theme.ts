import { useEffect, useSyncExternalStore } from 'react'
import { useViewState } from './use-view-state.ts'
import type { ColourScheme } from './view-state.ts'

const darkness = window.matchMedia('(prefers-color-scheme: dark)')
const subscribe = (listener: () => void): (() => void) => {
  darkness.addEventListener('change', listener)
  return () => darkness.removeEventListener('change', listener)
}

/** Light or dark: the reader's choice, or else the system setting. Sets it on the page. */
export function useTheme(): ColourScheme {
  const [{ theme }] = useViewState()
  const system = useSyncExternalStore(subscribe, () => (darkness.matches ? 'dark' : 'light'))
  const scheme = theme === 'system' ? system : theme
  useEffect(() => {
    document.documentElement.dataset.theme = scheme
  }, [scheme])
  return scheme
}

/**
 * Whether the screen is too narrow for panels next to the map. The style sheets have the same number. Paper is narrow,
 * too, but has neither taps nor a sheet to pull up: it gets the wide layout.
 */
const narrow = window.matchMedia('screen and (max-width: 860px)')
const subscribeNarrow = (listener: () => void): (() => void) => {
  narrow.addEventListener('change', listener)
  return () => narrow.removeEventListener('change', listener)
}
export const useNarrow = (): boolean => useSyncExternalStore(subscribeNarrow, () => narrow.matches)
