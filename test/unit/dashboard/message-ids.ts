import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Message ids used by the sources of a page. Ids are often composed (`limits.kind.${kind}`, `name('kind', kind)`), which
 * the extraction of @formatjs/cli does not follow, so this reads literals and the fixed parts of templates.
 */
export type MessageIds = {
  /** passed to `t(…)` as literals or templates */
  readonly required: readonly RegExp[]
  /** whether any string in the sources is the id or composes it */
  isMentioned(id: string): boolean
}

export function messageIdsOf(paths: readonly string[]): MessageIds {
  const sources = paths.flatMap(filesOf).map((file) => withoutComments(readFileSync(file, 'utf8')))
  const mentioned = sources.flatMap((source) => [...stringsIn(source), ...prefixesIn(source)])
  const suffixes = sources.flatMap(suffixesIn)
  const isMentioned = (id: string): boolean => mentioned.some((pattern) => pattern.test(id))
  return {
    required: sources.flatMap((source) => argumentsOf(source, /\bt\(/g).map(withoutParts).flatMap(stringsIn)),
    isMentioned: (id) =>
      isMentioned(id) || suffixes.some((suffix) => id.endsWith(suffix) && isMentioned(id.slice(0, -suffix.length))),
  }
}

/** `name('kind', …)` and `named('kind', …)` show any of `kind.*`. */
const prefixesIn = (source: string): RegExp[] =>
  argumentsOf(source, /\b[nN]amed?\(/g).flatMap((argument) => {
    const prefix = /^'([\w.]+)'$/.exec(argument)?.[1]
    return prefix ? [new RegExp(`^${escaped(prefix)}\\..+$`)] : []
  })

/** `${id}.frame` appends to an id that stands elsewhere. */
const suffixesIn = (source: string): string[] =>
  [...source.matchAll(/`\$\{\w+\}(\.[\w.]+)`/g)].map(([, suffix = '']) => suffix)

/** `t(kind === 'alert' ? …)` and `t(`level.${level ?? 'high'}`)`: neither string is an id. */
const withoutParts = (source: string): string =>
  source.replaceAll(/[=!]== '[^']*'/g, '').replaceAll(/\$\{[^{}]*\}/g, (part) => part.replaceAll(/'[^']*'/g, ''))

const filesOf = (path: string): string[] =>
  /\.tsx?$/.test(path)
    ? [path]
    : readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.tsx?$/.test(file))
        .map((file) => join(path, file))

const withoutComments = (source: string): string =>
  source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1')

/** First argument of every call that `call` matches. */
function argumentsOf(source: string, call: RegExp): string[] {
  return [...source.matchAll(call)].map(({ index, 0: { length } }) => {
    const start = index + length
    let depth = 0
    let end = start
    for (; end < source.length; end++) {
      const char = source[end] ?? ''
      if ('([{'.includes(char)) depth += 1
      else if (depth === 0 && ',)'.includes(char)) break
      else if (')]}'.includes(char)) depth -= 1
    }
    return source.slice(start, end).trim()
  })
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Ids written as a string, and templates whose fixed parts say which ids they make. */
function stringsIn(source: string): RegExp[] {
  const literals = [...source.matchAll(/'([\w./%{} -]+)'|"([\w./%{} -]+)"/g)].map(([, a, b]) => a ?? b ?? '')
  const templates = [...source.matchAll(/`([\w.-]*\$\{[^`]*)`/g)].map(([, text = '']) => text)
  return [
    ...literals.map((text) => new RegExp(`^${escaped(text)}$`)),
    ...templates
      .map((text) => text.split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/))
      // without fixed words at the start it would match anything
      .filter(([head]) => /^[\w-]+\./.test(head ?? ''))
      .map((parts) => new RegExp(`^${parts.map(escaped).join('.+')}$`)),
  ]
}
