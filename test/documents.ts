/** The documentation as the tests read it: prose, code spans, fenced blocks. */
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '..')

type Block = { readonly file: string; readonly line: number; readonly language: string; readonly text: string }
type Document = {
  /** path from the root, e.g. docs/api.md */
  readonly file: string
  readonly blocks: readonly Block[]
  /** the lines outside of blocks, the others empty, so that indices are line numbers */
  readonly prose: readonly string[]
}

export async function readDocuments(): Promise<readonly Document[]> {
  const names = await readdir(join(ROOT, 'docs'), { recursive: true })
  const pages = names.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
  return Promise.all(
    ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...pages.toSorted()].map(async (file) =>
      split(file, await readFile(join(ROOT, file), 'utf8')),
    ),
  )
}

function split(file: string, text: string): Document {
  const blocks: Block[] = []
  const prose: string[] = []
  let open: { line: number; language: string; lines: string[] } | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^```(\w*)/.exec(line)
    if (fence && open) {
      blocks.push({ file, line: open.line, language: open.language, text: open.lines.join('\n') })
      open = undefined
    } else if (fence) open = { line: index + 1, language: fence[1] ?? '', lines: [] }
    else open?.lines.push(line)
    prose.push(open || fence ? '' : line)
  }
  if (open) throw new Error(`${file}:${open.line}: the block has no end`)
  return { file, blocks, prose }
}

/** What stands in backticks, with `file:line`. */
export const codeSpans = ({ file, prose }: Document): { at: string; text: string }[] =>
  prose.flatMap((line, index) =>
    [...line.matchAll(/`([^`]+)`/g)].map(([, text = '']) => ({ at: `${file}:${index + 1}`, text })),
  )

/** Everything a reader may copy: code spans and blocks, with `file:line`. */
export const codeOf = (document: Document): { at: string; text: string }[] => [
  ...codeSpans(document),
  ...document.blocks.map(({ file, line, text }) => ({ at: `${file}:${line}`, text })),
]

/** A command that a reader may type: a line of a shell block, or code in a sentence that begins like one. */
export type Command = { readonly at: string; readonly text: string }

/** The commands of a page from a heading to the next one, in their order. */
export async function commandsUnder(file: string, heading: string): Promise<string[]> {
  const document = (await readDocuments()).find((each) => each.file === file)
  const from = document?.prose.indexOf(heading) ?? -1
  if (!document || from === -1) throw new Error(`${file} has no heading "${heading}"`)
  const length = document.prose.slice(from + 1).findIndex((line) => line.startsWith('#'))
  const to = length === -1 ? document.prose.length : from + 1 + length
  const blocks = document.blocks.filter(({ line }) => line > from && line <= to)
  return commandsOf({ ...document, blocks, prose: [] }).map(({ text }) => text)
}

const TYPED = /^(?:[A-Z_]+=\S+ )*(?:npm|npx|node|curl|mosquitto_pub|docker|psql|git)(?: -{0,2}\w|$)/

export function commandsOf(document: Document): Command[] {
  const inBlocks = document.blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ file, line, text }) =>
      text
        .replaceAll(/\\\n\s*/g, '')
        .split('\n')
        .map((command) => command.replace(/\s+#.*$/, '').trim())
        .filter((command) => command !== '')
        .map((command) => ({ at: `${file}:${line}`, text: command })),
    )
  const inSentences = codeSpans(document).filter(({ text }) => TYPED.test(text) && text.includes(' '))
  return [...inBlocks, ...inSentences]
}
