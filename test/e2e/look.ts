/** What a page looks like from afar: the mean colour of each field of a grid, compared with tolerance. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'

export const GRID = { columns: 48, rows: 30 } as const

/** Mean colours, row by row, three bytes each. */
export async function lookOf(page: Page): Promise<Uint8Array> {
  const picture = await page.screenshot({ caret: 'hide', animations: 'disabled' })
  const values = await page.evaluate(
    async ([base64, { columns, rows }]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.codePointAt(0) ?? 0)
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
      const { width, height } = bitmap
      const context = new OffscreenCanvas(width, height).getContext('2d')
      context?.drawImage(bitmap, 0, 0)
      const { data } = context?.getImageData(0, 0, width, height) ?? { data: [] }
      const sums = new Float64Array(columns * rows * 4)
      for (let y = 0; y < height; y += 1)
        for (let x = 0; x < width; x += 1) {
          const field = 4 * (Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width))
          for (let channel = 0; channel < 3; channel += 1)
            sums[field + channel] = (sums[field + channel] ?? 0) + (data[4 * (y * width + x) + channel] ?? 0)
          sums[field + 3] = (sums[field + 3] ?? 0) + 1
        }
      return Array.from({ length: columns * rows * 3 }, (_, i) => {
        const field = 4 * Math.floor(i / 3)
        return Math.round((sums[field + (i % 3)] ?? 0) / (sums[field + 3] ?? 1))
      })
    },
    [picture.toString('base64'), GRID] as const,
  )
  return Uint8Array.from(values)
}

const LONGEST_WAIT_MS = 60_000

/** Waits until two looks that are two seconds apart are the same: a base map is drawn later than what the page waits for. */
export async function stillLookOf(page: Page): Promise<Uint8Array> {
  const end = performance.now() + LONGEST_WAIT_MS
  for (let before = await lookOf(page); ; ) {
    await sleep(2_000)
    const now = await lookOf(page)
    if (differenceOf(before, now) < 0.005 || performance.now() > end) return now
    before = now
  }
}

/** A field differs when one of its colours does by more than this, of 255: other digits and other fonts do not. */
const TOLERANCE = 16

/** Share of the fields that differ. */
export function differenceOf(one: Uint8Array, other: Uint8Array): number {
  let differing = 0
  for (let field = 0; field < one.length; field += 3)
    if ([0, 1, 2].some((channel) => Math.abs((one[field + channel] ?? 0) - (other[field + channel] ?? 0)) > TOLERANCE))
      differing += 1
  return differing / (GRID.columns * GRID.rows)
}
