import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import type { LiveState, LiveStore } from './live-store.ts'

export const LiveContext = createContext<LiveStore | null>(null)

export function useLive(): LiveState {
  const store = useContext(LiveContext)
  if (!store) throw new Error('useLive needs a LiveContext')
  return useSyncExternalStore(store.subscribe, store.get)
}

/** The current time, updated every `everyMs`, so that ages advance even when nothing arrives. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
