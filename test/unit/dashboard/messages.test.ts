import { createIntl } from 'react-intl'
import { describe, expect, test } from 'vitest'
import dashboard from '#dashboard/src/i18n/en.json' with { type: 'json' }
import voiceAr from '#dashboard/src/public/voice/messages/ar.json' with { type: 'json' }
import voiceEn from '#dashboard/src/public/voice/messages/en.json' with { type: 'json' }
import voiceEs from '#dashboard/src/public/voice/messages/es.json' with { type: 'json' }
import voiceFr from '#dashboard/src/public/voice/messages/fr.json' with { type: 'json' }
import questionnaireAr from '#model/questionnaire/messages/ar.json' with { type: 'json' }
import questionnaireEn from '#model/questionnaire/messages/en.json' with { type: 'json' }
import questionnaireEs from '#model/questionnaire/messages/es.json' with { type: 'json' }
import questionnaireFr from '#model/questionnaire/messages/fr.json' with { type: 'json' }
import { messageIdsOf } from './message-ids.ts'

type Messages = Readonly<Record<string, string>>
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
const FEATURES = ['air-quality', 'app', 'http', 'i18n', 'indicators', 'live', 'map', 'operations', 'people']
const features = [...FEATURES, 'registry', 'report', 'state', 'ui'].map((folder) => `dashboard/src/${folder}`)

const PAGES: Readonly<Record<string, Page>> = {
  dashboard: { sources: features, en: dashboard, others: {} },
  voice: {
    sources: [...shared, 'dashboard/src/public/voice'],
    en: voiceEn,
    others: { ar: voiceAr, es: voiceEs, fr: voiceFr },
  },
  questionnaire: {
    sources: [...shared, 'dashboard/src/public/questionnaire'],
    en: questionnaireEn,
    others: { ar: questionnaireAr, es: questionnaireEs, fr: questionnaireFr },
  },
}
/** Same text in English and in another language, on purpose. */
const SAME = new Set(['fr erase.label', 'fr a.connection.fibre'])
const pages = Object.entries(PAGES)
const catalogues = pages.flatMap(([page, { en, others }]) =>
  Object.entries({ en, ...others }).map(([language, messages]) => ({ page, language, messages, en })),
)

describe.each(pages)('messages of the page %s', (_, { sources, en }) => {
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
})

describe.each(catalogues)('$page in $language', ({ language, messages, en }) => {
  test('has the ids of the English catalogue, in the same order', () => {
    expect(Object.keys(messages)).toEqual(Object.keys(en))
  })
  test('is valid ICU MessageFormat with the same arguments', () => {
    for (const [id, text] of Object.entries(messages)) expect(argumentsIn(text), id).toEqual(argumentsIn(en[id] ?? ''))
  })
  test('has no text left untranslated', () => {
    const same = Object.keys(messages).filter((id) => /\p{L}{3}/u.test(messages[id] ?? '') && messages[id] === en[id])
    if (language !== 'en') expect(same.filter((id) => !SAME.has(`${language} ${id}`))).toEqual([])
  })
})

type Element = {
  readonly type: number
  readonly value?: string
  readonly options?: Record<string, { value: Element[] }>
}
const { formatters } = createIntl({ locale: 'en', messages: {} })

/** @throws SyntaxError where the text is not ICU MessageFormat */
function argumentsIn(text: string): string[] {
  const names = (elements: readonly Element[]): string[] =>
    elements.flatMap(({ type, value, options }) => [
      // 0 is literal text, 7 the number sign of a plural
      ...(type === 0 || type === 7 || value === undefined ? [] : [value]),
      ...Object.values(options ?? {}).flatMap((option) => names(option.value)),
    ])
  return [...new Set(names(formatters.getMessageFormat(text, 'en').getAst() as Element[]))].sort()
}
