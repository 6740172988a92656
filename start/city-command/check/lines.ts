/** A line for the person; a problem keeps the city from starting as it was meant. */
export type Line = { readonly text: string; readonly isProblem: boolean }

const number = new Intl.NumberFormat('en')
export const count = (n: number, one: string): string => `${number.format(n)} ${one}${n === 1 ? '' : 's'}`

const EXAMPLES = 5
/** The first of a list, and how many more there are. */
export function someOf(names: readonly string[], examples = EXAMPLES): string {
  const more = names.length > examples ? ` and ${number.format(names.length - examples)} more` : ''
  return `${names.slice(0, examples).join(', ')}${more}`
}
