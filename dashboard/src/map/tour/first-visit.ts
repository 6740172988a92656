/** What the device keeps: that the tour was seen or skipped, and whether "/" starts the search. */
const SEEN = 'citywell.tour'
const SHORTCUT = 'citywell.shortcut'

const read = (key: string): string | null => {
  try {
    return localStorage.getItem(key)
  } catch {
    // storage is refused: nothing is known of the reader
    return null
  }
}

const write = (key: string, value: string): void => {
  try {
    localStorage.setItem(key, value)
  } catch {
    // then it is asked again at the next visit
  }
}

/** Whoever follows a link wants what it names. */
function cameByBareAddress(): boolean {
  const [navigation] = performance.getEntriesByType('navigation')
  return navigation !== undefined && new URL(navigation.name).search === ''
}

export const isFirstVisit = (): boolean => read(SEEN) === null && cameByBareAddress()
export const rememberTour = (): void => write(SEEN, 'seen')

/** WCAG 2.1.4: a shortcut of one character can be switched off. */
export const isShortcutOn = (): boolean => read(SHORTCUT) !== 'off'
export const setShortcut = (on: boolean): void => write(SHORTCUT, on ? 'on' : 'off')
