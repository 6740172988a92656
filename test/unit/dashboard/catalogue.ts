import { createIntl } from 'react-intl'

export type Messages = Readonly<Record<string, string>>

/** Elements of @formatjs/icu-messageformat-parser: 0 is literal text, 6 a plural, 7 the number sign of one. */
type Element = {
  readonly type: number
  readonly value?: string
  readonly options?: Record<string, { value: Element[] }>
}
const { formatters } = createIntl({ locale: 'en', messages: {} })
const LITERAL = 0
const PLURAL = 6
const NUMBER_SIGN = 7

/** @throws SyntaxError where the text is not ICU MessageFormat */
const parsed = (text: string): Element[] => formatters.getMessageFormat(text, 'en').getAst() as Element[]

const everyElement = (elements: readonly Element[]): Element[] =>
  elements.flatMap((element) => [
    element,
    ...Object.values(element.options ?? {}).flatMap((option) => everyElement(option.value)),
  ])

/** Names of the arguments of a message. @throws SyntaxError */
export const argumentsIn = (text: string): string[] => {
  const names = everyElement(parsed(text)).flatMap(({ type, value }) =>
    type === LITERAL || type === NUMBER_SIGN || value === undefined ? [] : [value],
  )
  return [...new Set(names)].sort()
}

/** Plural categories that numbers of things have in a language (CLDR). */
export function pluralsOf(language: string): ReadonlySet<string> {
  const rules = new Intl.PluralRules(language)
  return new Set(Array.from({ length: 1001 }, (_, n) => rules.select(n)))
}

/** Those that a message lacks. */
export const missingPlurals = (text: string, needed: ReadonlySet<string>): string[] =>
  text.includes('plural')
    ? everyElement(parsed(text)).flatMap(({ type, options }) =>
        type === PLURAL ? [...needed].filter((category) => options && !(category in options)) : [],
      )
    : []
