import type { KeyboardEvent } from 'react'

type Step = (index: number, last: number) => number

const DOWN: Readonly<Record<string, Step>> = {
  ArrowDown: (index, last) => Math.min(last, index + 1),
  ArrowUp: (index) => Math.max(0, index - 1),
  Home: () => 0,
  End: (_, last) => last,
}

/** Arrow keys, Home and End move between the buttons of the row headings. */
export function moveBetweenRows(event: KeyboardEvent<HTMLElement>): void {
  const step = DOWN[event.key]
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('tbody th[scope="row"] button')]
  const index = buttons.indexOf(document.activeElement as HTMLButtonElement)
  if (!step || index < 0) return
  event.preventDefault()
  buttons[step(index, buttons.length - 1)]?.focus()
}
