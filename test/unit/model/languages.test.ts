import { describe, expect, test } from 'vitest'
import {
  BUILT_IN_LANGUAGES,
  chooseLanguage,
  directionOf,
  languageName,
  languageTagSchema,
  localeOf,
  matchLanguage,
} from '#model/text/languages.ts'

const AVAILABLE = ['en', 'fr', 'es', 'ar', 'zh-Hans', 'ru']

describe('the language for a wish', () => {
  test.each([
    ['fr', 'fr'],
    ['fr-CA', 'fr'],
    ['AR', 'ar'],
    ['ar-MA', 'ar'],
    ['zh', 'zh-Hans'],
    ['zh-CN', 'zh-Hans'],
    ['zh-SG', 'zh-Hans'],
    // traditional characters: another script
    ['zh-TW', undefined],
    ['zh-Hant', undefined],
    ['ru-Latn', undefined],
    ['de', undefined],
    ['not a tag', undefined],
    ['', undefined],
  ])('%j is answered by %j', (wish, found) => {
    expect(matchLanguage(wish, AVAILABLE)).toBe(found)
  })
  test('a tag of the city itself comes before its language', () => {
    expect(matchLanguage('pt-BR', ['en', 'pt', 'pt-BR'])).toBe('pt-BR')
    expect(matchLanguage('pt-PT', ['en', 'pt', 'pt-BR'])).toBe('pt')
  })
})

describe('the language of a page', () => {
  const wishes = { requested: 'fr', stored: 'es', browser: ['de-DE', 'ru'], city: 'ar' }
  test.each([
    ['that of the address first', {}, 'fr'],
    ['then what was chosen earlier', { requested: null }, 'es'],
    ['then the first of the browser that there is', { requested: null, stored: null }, 'ru'],
    ['then the default of the city', { requested: 'xx', stored: null, browser: ['de'] }, 'ar'],
    ['English where nothing fits', { requested: null, stored: '?', browser: [], city: null }, 'en'],
  ])('is %s', (_, change, language) => {
    expect(chooseLanguage({ ...wishes, ...change }, AVAILABLE)).toBe(language)
  })
})

// Expected directions: UAX #9 by way of CLDR, https://cldr.unicode.org/index/charts (scripts)
test.each([
  ...['ar', 'fa', 'he', 'ur', 'ps', 'sd', 'ug', 'yi', 'dv', 'ckb', 'az-Arab', 'pa-PK'].map((tag) => [tag, 'rtl']),
  ...['en', 'ru', 'zh-Hans', 'tr', 'hi', 'az', 'pa', 'ku', 'am'].map((tag) => [tag, 'ltr']),
])('%s is written %s', (tag, direction) => {
  expect(directionOf(tag)).toBe(direction)
})

test.each(['pt', 'pt-BR', 'zh-Hant', 'sr-Latn-RS', 'es-419', 'fil'])('%s is a language tag', (tag) => {
  expect(languageTagSchema.safeParse(tag).success).toBe(true)
})
test.each(['', 'PT', 'pt_BR', 'portuguese', 'pt-br', 'x', '../en', 'en-'])('%j is none', (tag) => {
  expect(languageTagSchema.safeParse(tag).success).toBe(false)
})

test('a language has its own name', () => {
  expect(languageName('pt')).toBe('português')
  expect(BUILT_IN_LANGUAGES.every((tag) => languageName(tag) !== tag)).toBe(true)
})

test.each(['ar', 'fa', 'hi', 'en'])('numbers in %s have the digits 0 to 9', (tag) => {
  expect(new Intl.NumberFormat(localeOf(tag)).format(42)).toBe('42')
})
