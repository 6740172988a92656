/** Patterns of local times such as `dd/MM/yyyy HH:mm`; tokens and their letters follow Unicode TS 35. */
const TOKENS = {
  yyyy: '(?<year>\\d{4})',
  yy: '(?<shortYear>\\d{2})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{2})',
  d: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  H: '(?<hour>\\d{1,2})',
  hh: '(?<half>\\d{2})',
  h: '(?<half>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  SSS: '(?<ms>\\d{3})',
  a: '(?<noon>[AaPp])\\.?[Mm]\\.?',
} as const
const TOKEN = /yyyy|yy|MM|M|dd|d|HH|H|hh|h|mm|ss|SSS|a|[^A-Za-z]|T/g

/** Reads the wall clock of a text, in ms as if it were UTC; undefined for what is no such time, a 31st of February included. */
export type WallClock = (text: string) => number | undefined

/** Compiles a pattern, or says what is wrong with it. */
export function compileTimePattern(format: string): WallClock | { readonly problem: string } {
  const parts = format.match(TOKEN) ?? []
  if (parts.join('') !== format) return { problem: 'has letters that are not tokens' }
  const source = parts.map((part) =>
    Object.hasOwn(TOKENS, part)
      ? TOKENS[part as keyof typeof TOKENS]
      : part.replace(/[.*+?^${}()|[\]\\/-]/g, (mark) => `\\${mark}`),
  )
  const names = [...source.join('').matchAll(/\?<(\w+)>/g)].map(([, name]) => name)
  if (new Set(names).size !== names.length) return { problem: 'has the same part twice' }
  if (!names.includes('day') || !names.includes('month') || !names.some((name) => /year/i.test(name ?? '')))
    return { problem: 'needs a year, a month and a day' }
  const pattern = new RegExp(`^${source.join('')}$`)
  return (text) => {
    const groups = pattern.exec(text.trim())?.groups
    return groups && wallClock(groups)
  }
}

type Groups = Record<string, string | undefined>

function wallClock(groups: Groups): number | undefined {
  const part = (name: string): number => Number(groups[name] ?? 0)
  const year = groups['year'] === undefined ? 2000 + part('shortYear') : part('year')
  const hour = hourOf(groups)
  if (hour > 24 || part('minute') > 59 || part('second') > 60) return undefined
  const at = new Date(0)
  at.setUTCFullYear(year, part('month') - 1, part('day'))
  if (at.getUTCMonth() !== part('month') - 1 || at.getUTCDate() !== part('day')) return undefined
  return at.getTime() + ((hour * 60 + part('minute')) * 60 + part('second')) * 1000 + part('ms')
}

/** 12 a.m. is midnight and 12 p.m. noon. */
function hourOf(groups: Groups): number {
  if (groups['half'] === undefined) return Number(groups['hour'] ?? 0)
  const afternoon = /p/i.test(groups['noon'] ?? '') ? 12 : 0
  return (Number(groups['half']) % 12) + afternoon
}
