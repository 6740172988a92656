import { IntlMessageFormat } from 'intl-messageformat'
import arNames from '#model/indicators/names/ar.json' with { type: 'json' }
import esNames from '#model/indicators/names/es.json' with { type: 'json' }
import frNames from '#model/indicators/names/fr.json' with { type: 'json' }
import type { Named } from '#model/indicators/names/localise.ts'
import ruNames from '#model/indicators/names/ru.json' with { type: 'json' }
import zhHansNames from '#model/indicators/names/zh-Hans.json' with { type: 'json' }
import { type BuiltInLanguage, localeOf } from '#model/text/languages.ts'
import { createNumberFormat, type NumberFormat } from '#model/text/number-format.ts'
import ar from './messages/ar.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }
import es from './messages/es.json' with { type: 'json' }
import fr from './messages/fr.json' with { type: 'json' }
import ru from './messages/ru.json' with { type: 'json' }
import zhHans from './messages/zh-Hans.json' with { type: 'json' }

type Messages = Readonly<Record<string, string>>
export type ReportMessage = keyof typeof en

const MESSAGES: Readonly<Record<BuiltInLanguage, Messages>> = { en, fr, es, ar, 'zh-Hans': zhHans, ru }
/** English names are in the catalogue itself. */
const NAMES: Readonly<Record<BuiltInLanguage, Messages>> = {
  ...{ en: {}, fr: frNames, es: esNames, ar: arNames, 'zh-Hans': zhHansNames, ru: ruNames },
}

/** What the printed report and the files say in a language. */
export type ReportText = Pick<NumberFormat, 'number' | 'integer'> & {
  readonly language: BuiltInLanguage
  readonly messages: Messages
  t(id: ReportMessage, values?: Readonly<Record<string, string | number>>): string
  /** a name of U4SSC's catalogue */
  readonly named: Named
  unit(code: string): string
  /** of 0 to 100; a dash where there is none */
  percent(value: number | null): string
}

export function reportText(language: BuiltInLanguage): ReportText {
  const locale = localeOf(language)
  const messages = MESSAGES[language]
  const names = NAMES[language]
  const { number, integer, percent } = createNumberFormat(locale)
  return {
    ...{ language, messages, number, integer },
    t: (id, values) => String(new IntlMessageFormat(messages[id] ?? en[id], locale).format(values)),
    named: (prefix, code, english) => names[`${prefix}.${code}`] ?? english,
    unit: (code) => names[`unit.${code}`] ?? englishUnit(code),
    percent: (value) => (value === null ? '–' : percent(value / 100)),
  }
}

const englishUnit = (unit: string): string =>
  unit
    .replace('ug/m3', 'µg/m³')
    .replace(/\bm2\b/g, 'm²')
    .replace(/\bkm2\b/g, 'km²')
    .replace('CO2e', 'CO₂e')
