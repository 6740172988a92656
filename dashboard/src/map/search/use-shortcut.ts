import { type RefObject, useEffect } from 'react'
import { isShortcutOn } from '../tour/first-visit.ts'

/** Where the page takes the key for itself: fields write it, dialogs keep the focus. */
const TAKEN = 'input, textarea, select, [contenteditable], [role="dialog"]'

/** "/" moves the focus to a field from anywhere but where something else takes it. */
export function useShortcut(field: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : null
      if (
        event.key !== '/' ||
        !isShortcutOn() ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        target?.closest(TAKEN)
      )
        return
      event.preventDefault()
      field.current?.focus()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [field])
}
