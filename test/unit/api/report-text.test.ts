import { describe, expect, test } from 'vitest'
import ar from '#api/reports/messages/ar.json' with { type: 'json' }
import en from '#api/reports/messages/en.json' with { type: 'json' }
import es from '#api/reports/messages/es.json' with { type: 'json' }
import fr from '#api/reports/messages/fr.json' with { type: 'json' }
import ru from '#api/reports/messages/ru.json' with { type: 'json' }
import zhHans from '#api/reports/messages/zh-Hans.json' with { type: 'json' }
import { reportText } from '#api/reports/report-text.ts'
import { BUILT_IN_LANGUAGES } from '#model/text/languages.ts'

const OTHERS: Readonly<Record<string, Readonly<Record<string, string>>>> = { ar, es, fr, ru, 'zh-Hans': zhHans }
const argumentsOf = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).sort()

test('there is a catalogue for each language', () => {
  expect(['en', ...Object.keys(OTHERS)].sort()).toEqual([...BUILT_IN_LANGUAGES].sort())
})
test.each(Object.entries(OTHERS))('the report in %s says everything, with the same values filled in', (_, messages) => {
  expect(Object.keys(messages)).toEqual(Object.keys(en))
  for (const [id, text] of Object.entries(en)) expect(argumentsOf(messages[id] ?? ''), id).toEqual(argumentsOf(text))
})

describe('a report in French', () => {
  const { t, named, unit, number, percent } = reportText('fr')
  test('has French texts, names and units', () => {
    expect(t('cover.of', { n: 3, of: 112 })).toBe('3 sur 112')
    expect(named('indicator', 'SC:SH:SI:3C', 'Poverty')).toBe('Pauvreté')
    expect(unit('km per 100 000 inhabitants')).toBe('km pour 100 000 habitants')
  })
  test('writes numbers as in France', () => {
    expect(number(12.34)).toBe('12,3')
    expect(percent(56.25)).toMatch(/^56\s%$/)
    expect(percent(null)).toBe('–')
  })
})
