import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import roboto from 'pdfmake/fonts/Roboto.js'
import { openWoff } from './woff.ts'

type Family = { readonly normal: string; readonly bold: string; readonly italics: string; readonly bolditalics: string }
type Weight = 400 | 700

/** Fonts of scripts that Roboto does not have: which characters are theirs, and their files (WOFF). */
const SCRIPTS: readonly {
  readonly font: string
  readonly characters: RegExp
  readonly file: (weight: Weight) => string
}[] = [
  {
    font: 'IBMPlexSansArabic',
    characters: /[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]/,
    file: (weight) =>
      import.meta.resolve(`@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-arabic-${weight}-normal.woff`),
  },
  {
    font: 'NotoSansSC',
    characters: /[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]/,
    // the package has 74 MB of other weights and subsets; see vendor/README.md
    file: (weight) =>
      new URL(`../../../vendor/fonts/noto-sans-sc-chinese-simplified-${weight}-normal.woff`, import.meta.url).href,
  },
]
const OTHER = new RegExp(SCRIPTS.map(({ characters }) => characters.source).join('|'))

const nameOf = (font: string, weight: Weight): string => `${font}-${weight}.ttf`

/** Fonts of the reports; a document embeds of each the letters that it uses. Neither of the other scripts has italics. */
export const FONTS: Readonly<Record<string, Family>> = {
  ...roboto,
  ...Object.fromEntries(
    SCRIPTS.map(({ font }): [string, Family] => {
      const [normal, bold] = [nameOf(font, 400), nameOf(font, 700)]
      return [font, { normal, bold, italics: normal, bolditalics: bold }]
    }),
  ),
}

export type Run = { readonly text: string; readonly font?: string }

/** The parts of a text that are set in one font each; one without a font is set in that of the document. */
export function runsOf(text: string): Run[] {
  if (!OTHER.test(text)) return [{ text }]
  const runs: { text: string; font?: string }[] = []
  for (const character of text) {
    const font = SCRIPTS.find(({ characters }) => characters.test(character))?.font
    const last = runs.at(-1)
    if (last && last.font === font) last.text += character
    else runs.push({ text: character, ...(font !== undefined && { font }) })
  }
  return runs
}

const opened = new Map<string, Buffer>()

/** Name and content of the fonts of other scripts that a text needs. */
export function fontFilesFor(text: string): [name: string, content: Buffer][] {
  const needed = SCRIPTS.filter(({ characters }) => characters.test(text))
  return needed.flatMap(({ font, file }) =>
    ([400, 700] as const).map((weight): [string, Buffer] => {
      const name = nameOf(font, weight)
      const content = opened.get(name) ?? openWoff(readFileSync(fileURLToPath(file(weight))))
      opened.set(name, content)
      return [name, content]
    }),
  )
}

/** Fonts of other scripts that some document has needed. */
export const openedFonts = (): ReadonlyMap<string, Buffer> => opened
