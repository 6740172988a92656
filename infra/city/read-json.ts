import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackProblems } from './pack-problems.ts'

/** The text of a file of the pack; undefined when it is not there, which is a problem only when it is `required`. */
export async function readText(
  folder: string,
  file: string,
  problems: PackProblems,
  required = false,
): Promise<string | undefined> {
  const text = (await readBytes(folder, file, problems, required))?.toString('utf8')
  return text?.startsWith('\uFEFF') ? text.slice(1) : text
}

/** A file of the pack as it is; see readText. */
export async function readBytes(
  folder: string,
  file: string,
  problems: PackProblems,
  required = false,
): Promise<Buffer | undefined> {
  try {
    return await readFile(join(folder, file))
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (!missing || required)
      problems.add(file, '', missing ? 'is missing' : `cannot be read (${(error as Error).message})`)
    return undefined
  }
}

/** A JSON file of the pack. What does not parse is reported with its line and column. */
export async function readJson(
  folder: string,
  file: string,
  problems: PackProblems,
  required = false,
): Promise<unknown> {
  const text = await readText(folder, file, problems, required)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    const { where, what } = locate(text, (error as Error).message)
    problems.add(file, where, `is not JSON: ${what}`)
    return undefined
  }
}

// V8 says where in two ways: "... in JSON at position 17 (line 2 column 3)", or, at the end, without a position.
function locate(text: string, message: string): { where: string; what: string } {
  const position = /at position (\d+)/.exec(message)
  const offset = position ? Number(position[1]) : text.length
  const before = text.slice(0, offset).split('\n')
  const what = message.replace(/ (in JSON )?at position \d+.*$/s, '')
  return { where: `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`, what }
}
