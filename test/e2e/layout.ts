/** What a reader would call broken without knowing how it should look: text cut off, controls over controls, things over the edge. */
import type { Page } from 'playwright-core'

/** One line for each fault in what is shown now. Empty is right. */
export const layoutFaults = (page: Page): Promise<string[]> =>
  page.evaluate(
    `(() => { ${PARTS.join('\n')}; return [...new Set([...tooWide(), ...cutTexts(), ...coveredControls()])] })()`,
  )

// The functions below run in the page, by their text: they use each other and nothing else.

type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

function tooWide(): string[] {
  const over = document.documentElement.scrollWidth - window.innerWidth
  return over > 0 ? [`the page is ${over} px wider than the window`] : []
}

/** Texts that an element clips, or that run out of a control or a cell. Where the text is a title too, or scrolls, nothing is lost. */
function cutTexts(): string[] {
  return [...topmost().querySelectorAll('*')].flatMap((element) => {
    if (!hasOwnText(element) || !isSeen(element) || element.closest('svg, option, [title], [aria-hidden="true"]'))
      return []
    const range = document.createRange()
    range.selectNodeContents(element)
    const text = range.getBoundingClientRect()
    for (const at of upwards(element)) {
      const { overflowX, display } = getComputedStyle(at)
      // paper does not scroll
      if ((overflowX === 'auto' || overflowX === 'scroll') && !matchMedia('print').matches) return []
      const box = at.getBoundingClientRect()
      const px = Math.round(Math.max(box.left - text.left, text.right - box.right))
      const isFrame = at === element && display !== 'inline' && at.matches('button, a, th, td, .chip, .badge')
      if (px > 1 && (overflowX !== 'visible' || isFrame)) return [`cut off by ${px} px: ${named(element)}`]
    }
    return []
  })
}

/** Controls of which one lies on another. */
function coveredControls(): string[] {
  const CONTROLS = 'a[href], button, input, select, textarea, summary, [role="slider"], [role="option"], [role="tab"]'
  const all = [...topmost().querySelectorAll(CONTROLS)]
    .filter((element) => isSeen(element) && !element.closest('[inert]'))
    // what sticks lies on what scrolls below it
    .filter((element) => !upwards(element).some((at) => getComputedStyle(at).position === 'sticky'))
    .flatMap((element) => visibleParts(element).map((box) => ({ element, box })))
  return all.flatMap(({ element, box }, index) =>
    all.slice(index + 1).flatMap((other) => {
      const isOver = isArea(common(box, other.box), 3) && !belongTogether(element, other.element)
      return isOver ? [`one over another: ${named(element)} and ${named(other.element)}`] : []
    }),
  )
}

/** A label and what it labels; two sliders on one track. */
function belongTogether(a: Element, b: Element): boolean {
  const label = a.closest('label')
  return a.contains(b) || b.contains(a) || (label !== null && label === b.closest('label'))
}

/** An open dialog is all there is. */
function topmost(): Element {
  return document.querySelector('[role="dialog"]') ?? document.body
}

function upwards(element: Element): Element[] {
  const { parentElement } = element
  return element === document.body ? [] : [element, ...(parentElement ? upwards(parentElement) : [])]
}

function hasOwnText(element: Element): boolean {
  return [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())
}

/** Not so what is for screen readers alone. */
function isSeen(element: Element): boolean {
  const checks = { opacityProperty: true, visibilityProperty: true }
  if (!element.checkVisibility(checks)) return false
  return !upwards(element).some((at) => {
    const { overflowX, clipPath } = getComputedStyle(at)
    return clipPath !== 'none' || (overflowX !== 'visible' && at.clientWidth <= 1 && at.clientHeight <= 1)
  })
}

/** What of an element is not scrolled or clipped away: a box for each line of a link in a sentence. */
function visibleParts(element: Element): Box[] {
  let frame: Box = { left: 0, top: 0, right: window.innerWidth, bottom: window.innerHeight }
  for (const at of upwards(element).slice(1))
    if (getComputedStyle(at).overflow !== 'visible') frame = common(frame, at.getBoundingClientRect())
  return [...element.getClientRects()].map((box) => common(box, frame)).filter((box) => isArea(box, 2))
}

function common(a: Box, b: Box): Box {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  }
}

function isArea({ left, top, right, bottom }: Box, px: number): boolean {
  return right - left > px && bottom - top > px
}

function named(element: Element): string {
  const text = (element.textContent || element.getAttribute('aria-label') || '').trim().replace(/\s+/g, ' ')
  return `${element.localName}.${element.getAttribute('class')?.split(' ')[0]} "${text.slice(0, 50)}"`
}

const PARTS = [
  tooWide,
  cutTexts,
  coveredControls,
  belongTogether,
  topmost,
  upwards,
  hasOwnText,
  isSeen,
  visibleParts,
  common,
  isArea,
  named,
]
