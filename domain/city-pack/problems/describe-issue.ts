import type { z } from 'zod'
import { didYouMean, suggestionFor } from '#model/text/suggest.ts'

const LONGEST_VALUE = 60
const LONGEST_LIST = 12
const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list [ ]',
  tuple: 'a list [ ]',
  object: 'an object { }',
  record: 'an object { }',
}

/** A problem found by a schema, in words: the value that is there, and what is valid. */
export function describeIssue(issue: z.core.$ZodIssue, input: unknown): string {
  const value = valueAt(input, issue.path)
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(value, issue.expected)
    case 'invalid_value':
      return value === undefined ? `is missing; ${listed(issue.values)}` : notListed(value, issue.values)
    case 'unrecognized_keys':
      return issue.keys.map((key) => `"${key}" is not known`).join(', ')
    case 'too_small':
      return `${shown(value)} is too small; ${bound('at least', 'more than', issue.minimum, issue.inclusive, issue.origin)}`
    case 'too_big':
      return `${shown(value)} is too large; ${bound('at most', 'less than', issue.maximum, issue.inclusive, issue.origin)}`
    default:
      return value === undefined ? issue.message : `${shown(value)}: ${issue.message}`
  }
}

function wrongType(value: unknown, expected: string): string {
  const wanted = TYPES[expected] ?? expected
  if (value === undefined) return `is missing; ${wanted} is needed`
  if (typeof value !== 'string') return `${shown(value)} is not ${wanted}`
  const isNumber = expected === 'number' || expected === 'int'
  return `${shown(value)} is text, not ${wanted}${isNumber ? fixOf(value) : ''}`
}

/** The number that a text is. `36.550` may be thousands: nobody but the person knows. */
function fixOf(text: string): string {
  const number = Number(text.replace(/[\s'’]/g, ''))
  if (text.trim() === '' || !Number.isFinite(number)) return ''
  const grouped = /^\s*\d{1,3}\.\d{3}\s*$/.test(text) ? ` or ${text.replace(/[\s.]/g, '')}` : ''
  return `; write ${number}${grouped}, without quotation marks`
}

/** A value that is none of a list: the nearest, or all. */
export function notListed(value: unknown, values: Iterable<unknown>): string {
  const names = [...values].map(String)
  const near = suggestionFor(String(value), names)
  return `${shown(value)} is not known${near === undefined ? `; ${listed(names)}` : didYouMean(String(value), names)}`
}

export const listed = (values: readonly unknown[]): string => `valid: ${firstOf(values)}`

/** The first of a list, and how many more there are. */
export function firstOf(values: readonly unknown[]): string {
  const rest = values.length - LONGEST_LIST
  return `${values.slice(0, LONGEST_LIST).map(String).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

/** A value as it is written in the file, shortened. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text
}

function bound(inclusive: string, exclusive: string, limit: unknown, isInclusive = true, origin = ''): string {
  const what = origin === 'string' ? ' characters' : origin === 'array' ? ' elements' : ''
  return `valid: ${isInclusive ? inclusive : exclusive} ${String(limit)}${what}`
}

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], input)
