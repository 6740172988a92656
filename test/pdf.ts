/** What a reader of a PDF gets when it copies the text. */
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'

type Item = { readonly str: string; readonly transform: readonly number[] }
/** Words of a page that stand at one height, each with its distance from the left. */
type Line = readonly { readonly x: number; readonly text: string }[]

/** The lines of all pages, from top to bottom. */
export async function linesOf(pdf: Buffer): Promise<Line[]> {
  const task = getDocument({ data: new Uint8Array(pdf), verbosity: 0 })
  const document = await task.promise
  const lines: Line[] = []
  for (let number = 1; number <= document.numPages; number++) {
    const { items } = await (await document.getPage(number)).getTextContent()
    const placed = (items as Item[]).filter(({ str }) => str.trim() !== '')
    const byHeight = Map.groupBy(placed, ({ transform }) => Math.round(transform[5] ?? 0))
    for (const [, line] of [...byHeight].toSorted(([a], [b]) => b - a))
      lines.push(line.map(({ str, transform }) => ({ x: transform[4] ?? 0, text: str })))
  }
  await task.destroy()
  return lines
}
