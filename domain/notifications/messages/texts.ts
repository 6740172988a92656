/** The catalogues of `model/notifications/messages`: ICU messages by code, one file per language. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import { nameCodeOf } from '#model/alerting/default-names.ts'
import { subjectNameOf } from '#model/alerting/subject-name.ts'
import type { NotificationEvent } from '#model/notifications/event.ts'
import type { MessageLanguage } from '#model/notifications/message.ts'

const FOLDER = join(import.meta.dirname, '../../../model/notifications/messages')
type Parameters = Readonly<Record<string, string | number>>
type Catalogue = ReadonlyMap<string, IntlMessageFormat>

const catalogues = new Map<MessageLanguage, Catalogue>()

function catalogueOf(language: MessageLanguage): Catalogue {
  let found = catalogues.get(language)
  if (!found) {
    const texts: Record<string, string> = JSON.parse(readFileSync(join(FOLDER, `${language}.json`), 'utf8'))
    found = new Map(
      Object.entries(texts).map(([code, text]) => [
        code,
        new IntlMessageFormat(text, language, undefined, { ignoreTag: true }),
      ]),
    )
    catalogues.set(language, found)
  }
  return found
}

/** The name of a rule: of one that every city begins with in the language, as long as nobody renamed it. */
export function ruleNameOf(language: MessageLanguage, rule: { readonly id: string; readonly name: string }): string {
  const code = nameCodeOf(rule)
  return code === null ? rule.name : textOf(language, `rule.${code}`)
}

/** What an incident is about: the name of a Thing or zone, or what there is a word for in the language. */
export function subjectNameIn(language: MessageLanguage, subject: NotificationEvent['subject']): string {
  const named = subjectNameOf(subject)
  return named === null ? subject.name : textOf(language, `subject.${named.code}`, { key: named.key })
}

/** @throws Error for a code that the catalogue does not have: a fault of the program */
export function textOf(language: MessageLanguage, code: string, parameters: Parameters = {}): string {
  const format = catalogueOf(language).get(code)
  if (!format) throw new Error(`no message "${code}" in ${language}`)
  return String(format.format(parameters))
}
