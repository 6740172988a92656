import { ROOT } from '../http/root.ts'

/**
 * A page that was opened before a new version was installed asks for parts that are gone. It loads itself again, once: not
 * while the server is unreachable, where nothing would come back, and not a second time within a minute.
 */
const KEY = 'citywell.reloaded'
const AGAIN_AFTER_MS = 60_000

export function reloadOnceForMissingParts(): void {
  // Vite fires this event when a part of the program cannot be loaded (https://vite.dev/guide/build#load-error-handling).
  window.addEventListener('vite:preloadError', () => {
    void reloadIfReachable()
  })
}

async function reloadIfReachable(): Promise<void> {
  const last = Number(sessionStorage.getItem(KEY) ?? 0)
  if (Date.now() - last < AGAIN_AFTER_MS) return
  const answer = await fetch(`${ROOT}health`, { cache: 'no-store' }).catch(() => undefined)
  if (!answer?.ok) return
  sessionStorage.setItem(KEY, String(Date.now()))
  location.reload()
}
