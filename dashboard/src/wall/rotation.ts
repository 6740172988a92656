import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'

export const SLIDES = ['map', 'now', 'indicators'] as const
export type Slide = (typeof SLIDES)[number]
/** How long each part is shown. */
const DWELL_MS = 20_000

const motion = window.matchMedia('(prefers-reduced-motion: reduce)')
const subscribe = (listener: () => void): (() => void) => {
  motion.addEventListener('change', listener)
  return () => motion.removeEventListener('change', listener)
}

export type Rotation = {
  readonly slide: Slide
  readonly isPaused: boolean
  /** paused because the device asks for little motion, and nobody has said otherwise */
  readonly isStill: boolean
  readonly setPaused: (paused: boolean) => void
  readonly next: () => void
}

/** One part after the other. Paused while the device asks for little motion, until somebody says otherwise. */
export function useRotation(): Rotation {
  const [at, setAt] = useState(0)
  const [chosen, setPaused] = useState<boolean | null>(null)
  const wantsStill = useSyncExternalStore(subscribe, () => motion.matches)
  const isPaused = chosen ?? wantsStill
  const next = useCallback(() => setAt((now) => (now + 1) % SLIDES.length), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: each part is shown for the whole time, also after `next`
  useEffect(() => {
    if (isPaused) return
    const timer = setTimeout(next, DWELL_MS)
    return () => clearTimeout(timer)
  }, [isPaused, next, at])
  return { slide: SLIDES[at] ?? 'map', isPaused, isStill: chosen === null && wantsStill, setPaused, next }
}

/** Keeps the screen from going dark, where the browser allows it; a page in the background loses the lock. */
export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined
    let isOver = false
    const take = async (): Promise<void> => {
      if (document.visibilityState !== 'visible') return
      lock = await navigator.wakeLock?.request('screen').catch(() => undefined)
      if (isOver) void lock?.release()
    }
    void take()
    document.addEventListener('visibilitychange', take)
    return () => {
      isOver = true
      document.removeEventListener('visibilitychange', take)
      void lock?.release()
    }
  }, [])
}
