import { type ImportLine, importLine } from './survey-import.ts'

/** The lines of a streamed import as they arrive. @throws Error where a line does not match the contract */
export async function* importLines(body: ReadableStream<Uint8Array>): AsyncGenerator<ImportLine> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    rest += decoder.decode(value, { stream: !done })
    const lines = rest.split('\n')
    rest = done ? '' : (lines.pop() ?? '')
    for (const line of lines) if (line !== '') yield importLine.parse(JSON.parse(line))
    if (done) return
  }
}
