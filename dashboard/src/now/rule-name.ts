import type { Formatters } from '../i18n/formatters.ts'

type Named = { readonly name: string; readonly nameCode: string | null }

/** The name of a rule; of one that every city begins with in the language, as long as nobody renamed it. */
export const ruleName = ({ named }: Pick<Formatters, 'named'>, { name, nameCode }: Named): string =>
  nameCode === null ? name : named('rule', nameCode, name)
