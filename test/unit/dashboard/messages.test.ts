import { describe, expect, test } from 'vitest'
import { isTranslated } from '#dashboard/build/is-translated.ts'
import dashboardAr from '#dashboard/src/i18n/ar.json' with { type: 'json' }
import dashboardEn from '#dashboard/src/i18n/en.json' with { type: 'json' }
import dashboardEs from '#dashboard/src/i18n/es.json' with { type: 'json' }
import dashboardFr from '#dashboard/src/i18n/fr.json' with { type: 'json' }
import review from '#dashboard/src/i18n/review.json' with { type: 'json' }
import dashboardRu from '#dashboard/src/i18n/ru.json' with { type: 'json' }
import dashboardZhHans from '#dashboard/src/i18n/zh-Hans.json' with { type: 'json' }
import streetAr from '#dashboard/src/public/street/messages/ar.json' with { type: 'json' }
import streetEn from '#dashboard/src/public/street/messages/en.json' with { type: 'json' }
import streetEs from '#dashboard/src/public/street/messages/es.json' with { type: 'json' }
import streetFr from '#dashboard/src/public/street/messages/fr.json' with { type: 'json' }
import streetRu from '#dashboard/src/public/street/messages/ru.json' with { type: 'json' }
import streetZhHans from '#dashboard/src/public/street/messages/zh-Hans.json' with { type: 'json' }
import voiceAr from '#dashboard/src/public/voice/messages/ar.json' with { type: 'json' }
import voiceEn from '#dashboard/src/public/voice/messages/en.json' with { type: 'json' }
import voiceEs from '#dashboard/src/public/voice/messages/es.json' with { type: 'json' }
import voiceFr from '#dashboard/src/public/voice/messages/fr.json' with { type: 'json' }
import voiceRu from '#dashboard/src/public/voice/messages/ru.json' with { type: 'json' }
import voiceZhHans from '#dashboard/src/public/voice/messages/zh-Hans.json' with { type: 'json' }
import questionnaireAr from '#model/questionnaire/messages/ar.json' with { type: 'json' }
import questionnaireEn from '#model/questionnaire/messages/en.json' with { type: 'json' }
import questionnaireEs from '#model/questionnaire/messages/es.json' with { type: 'json' }
import questionnaireFr from '#model/questionnaire/messages/fr.json' with { type: 'json' }
import questionnaireRu from '#model/questionnaire/messages/ru.json' with { type: 'json' }
import questionnaireZhHans from '#model/questionnaire/messages/zh-Hans.json' with { type: 'json' }
import { BUILT_IN_LANGUAGES } from '#model/text/languages.ts'
import { argumentsIn, type Messages, missingPlurals, pluralsOf } from './catalogue.ts'
import { messageIdsOf } from './message-ids.ts'
import same from './same-in-english.json' with { type: 'json' }

type Page = { readonly sources: readonly string[]; readonly en: Messages; readonly others: Record<string, Messages> }

const SHARED = [
  'boot.tsx',
  'code-field.tsx',
  'error-summary.tsx',
  'page-head.tsx',
  'problem-text.ts',
  'scale-field.tsx',
]
const shared = SHARED.map((file) => `dashboard/src/public/${file}`)
const FEATURES = [
  'access',
  'air-quality',
  'app',
  'brief',
  'compare',
  'design',
  'http',
  'i18n',
  'indicators',
  'live',
  'map',
  'notifications',
  'now',
  'operations',
  'people',
]
const features = [...FEATURES, 'payloads', 'registry', 'report', 'reproduce', 'rules', 'state', 'ui', 'wall'].map(
  (folder) => `dashboard/src/${folder}`,
)

const PAGES: Readonly<Record<string, Page>> = {
  dashboard: {
    sources: [...features, 'model/brief'],
    en: dashboardEn,
    others: { ar: dashboardAr, es: dashboardEs, fr: dashboardFr, ru: dashboardRu, 'zh-Hans': dashboardZhHans },
  },
  voice: {
    sources: [...shared, 'dashboard/src/public/voice'],
    en: voiceEn,
    others: { ar: voiceAr, es: voiceEs, fr: voiceFr, ru: voiceRu, 'zh-Hans': voiceZhHans },
  },
  street: {
    sources: [
      ...shared.filter((file) => !file.endsWith('error-summary.tsx')),
      'dashboard/src/public/street',
      'model/api/street.ts',
      'model/air-quality/advice.ts',
    ],
    en: streetEn,
    others: { ar: streetAr, es: streetEs, fr: streetFr, ru: streetRu, 'zh-Hans': streetZhHans },
  },
  questionnaire: {
    sources: [...shared, 'dashboard/src/public/questionnaire'],
    en: questionnaireEn,
    others: {
      ar: questionnaireAr,
      es: questionnaireEs,
      fr: questionnaireFr,
      ru: questionnaireRu,
      'zh-Hans': questionnaireZhHans,
    },
  },
}
/** Same text in English and in another language, on purpose: proper names, codes, words that both languages have. */
const SAME: Readonly<Record<string, readonly string[]>> = same
/** Share of the messages that a language may lack: they are shown in English until somebody translates them. */
const MAX_PENDING = 0.05
const pages = Object.entries(PAGES)
const catalogues = pages.flatMap(([page, { en, others }]) =>
  Object.entries({ en, ...others }).map(([language, messages]) => ({ page, language, messages, en })),
)

describe.each(pages)('messages of the page %s', (_, { sources, en, others }) => {
  const { required, isMentioned } = messageIdsOf(sources)
  const ids = Object.keys(en)

  test('each message that the sources show exists', () => {
    expect(required.length).toBeGreaterThan(10)
    expect(required.filter((id) => !ids.some((known) => id.test(known))).map(({ source }) => source)).toEqual([])
  })
  test('each message is used', () => {
    expect(isMentioned('no.such.message')).toBe(false)
    expect(ids.filter((id) => !isMentioned(id))).toEqual([])
  })
  test('there is a catalogue for each language', () => {
    expect(Object.keys({ en, ...others }).sort()).toEqual([...BUILT_IN_LANGUAGES].sort())
  })
})

/** What has changed in English since it was translated; the page shows it in English (dashboard/build/catalogues.ts). */
const outdated = (messages: Messages, en: Messages): string[] =>
  Object.keys(en).filter((id) => !isTranslated(messages[id], en[id] ?? ''))

describe.each(catalogues)('$page in $language', ({ page, language, messages, en }) => {
  test('has nearly all messages, and hardly any that English no longer has', () => {
    const pending = outdated(messages, en)
    const gone = Object.keys(messages).filter((id) => !(id in en))
    if (pending.length + gone.length > 0)
      console.warn(
        `${page} in ${language}: ${pending.length} messages to translate, ${gone.length} gone`,
        pending,
        gone,
      )
    expect(Math.max(pending.length, gone.length)).toBeLessThanOrEqual(MAX_PENDING * Object.keys(en).length)
  })
  test('is valid ICU MessageFormat', () => {
    for (const [id, text] of Object.entries(messages)) expect(argumentsIn(text), id).toBeDefined()
  })
  test('has every plural form of the language', () => {
    const needed = pluralsOf(language)
    const lacking = Object.entries(messages).map(([id, text]) => [id, ...missingPlurals(text, needed)])
    expect(lacking.filter(([, ...forms]) => forms.length > 0)).toEqual([])
  })
  test('has no text left untranslated', () => {
    const untranslated = Object.keys(messages).filter(
      (id) => /\p{L}{3}/u.test(withoutArguments(messages[id] ?? '')) && messages[id] === en[id],
    )
    if (language !== 'en')
      expect(untranslated.filter((id) => ![...(SAME['*'] ?? []), ...(SAME[language] ?? [])].includes(id))).toEqual([])
  })
})

describe('translations that nobody has reviewed', () => {
  test('are listed by language and page: all messages, or ids that exist', () => {
    expect(Object.keys(review)).not.toContain('en')
    for (const [language, pending] of Object.entries<Record<string, string | string[]>>(review))
      for (const [page, ids] of Object.entries(pending)) {
        const messages = PAGES[page]?.others[language]
        expect(messages, `${language} ${page}`).toBeDefined()
        if (ids !== 'all') expect(Object.keys(messages ?? {})).toEqual(expect.arrayContaining(ids as string[]))
      }
  })
})

const withoutArguments = (text: string): string => text.replaceAll(/\{\w+\}/g, '')

describe('a translation counts', () => {
  test.each([
    ['{n} stations', '{n} capteurs', true],
    ['{n} stations', 'des capteurs', true],
    ['stations', '{n} capteurs', false],
    ['{n} of {of}', '{n, plural, one {# de {of}} other {# de {of}}}', true],
    ['{n}', '{n, plural, other {# de {all}}}', false],
  ])('of "%s" as "%s": %s', (english, own, counts) => {
    expect(isTranslated(own, english)).toBe(counts)
  })
})
