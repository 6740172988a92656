import { useEffect, useSyncExternalStore } from 'react'
import type { Ground } from '../map/colours/base-map.ts'
import { useViewState } from './use-view-state.ts'

const darkness = window.matchMedia('(prefers-color-scheme: dark)')
const subscribe = (listener: () => void): (() => void) => {
  darkness.addEventListener('change', listener)
  return () => darkness.removeEventListener('change', listener)
}

/** Light or dark: what the person chose, else what the system says. Sets it on the page. */
export function useTheme(): Ground {
  const [{ theme }] = useViewState()
  const system = useSyncExternalStore(subscribe, () => (darkness.matches ? 'dark' : 'light'))
  const ground = theme === 'system' ? system : theme
  useEffect(() => {
    document.documentElement.dataset.theme = ground
  }, [ground])
  return ground
}

/** Whether the page is too narrow for panels beside the map. The same number stands in the style sheets. */
const narrow = window.matchMedia('(max-width: 860px)')
const subscribeNarrow = (listener: () => void): (() => void) => {
  narrow.addEventListener('change', listener)
  return () => narrow.removeEventListener('change', listener)
}
export const useNarrow = (): boolean => useSyncExternalStore(subscribeNarrow, () => narrow.matches)
