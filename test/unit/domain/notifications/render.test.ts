import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { capDocument } from '#domain/notifications/feeds/cap.ts'
import { type MessageContext, renderMessage } from '#domain/notifications/messages/render.ts'
import { ruleNameOf } from '#domain/notifications/messages/texts.ts'
import { DEFAULT_RULE_NAMES } from '#model/alerting/default-names.ts'
import { englishNameOf, SUBJECT_CODES, subjectNameOf } from '#model/alerting/subject-name.ts'
import { EVENT_KINDS, type NotificationEvent } from '#model/notifications/event.ts'
import { MESSAGE_LANGUAGES } from '#model/notifications/message.ts'
import { TEMPLATE_FIELDS, templateProblem } from '#model/notifications/template.ts'

const context: MessageContext = {
  ...{ language: 'en', template: null, city: 'Testville', timeZone: 'Europe/Lisbon', simulated: false },
  publicUrl: 'https://city.example/',
}
const event: NotificationEvent = {
  ...{ incidentId: 'i 1', kind: 'opened', severity: 'critical' },
  ...{ at: '2026-10-25T00:30:00Z', startedAt: '2026-10-25T00:10:00Z' },
  rule: { id: 'pm25', name: 'PM2.5 above 25 µg/m³' },
  subject: { kind: 'thing', id: 'air-1', name: 'Market Square' },
  ...{ property: 'pm2_5', value: 31.456, unit: 'ug/m3', threshold: 25, affectedThings: 1 },
}
const resolved: NotificationEvent = { ...event, kind: 'resolved', value: 12, endedAt: '2026-10-25T02:25:00Z' }

test('an opening says value, unit, threshold, place, start in the time of the city, and link', () => {
  const { title, body, link } = renderMessage([event], context)
  expect(title).toBe('Critical: PM2.5 above 25 µg/m³, Market Square')
  // Lisbon is at UTC+1 until 02:00 on 25 October
  expect(body.split('\n')).toEqual(['31.46 µg/m³ (threshold 25 µg/m³)', 'Since Oct 25, 2026, 01:10', link])
  expect(link).toBe('https://city.example/?view=now&select=incident:i%201')
})

test('rows 15 and 25: a resolution has the new value and the true duration, across the clock change', () => {
  const { title, body } = renderMessage([resolved], context)
  expect(title).toBe('Resolved: PM2.5 above 25 µg/m³, Market Square')
  // 01:10 at UTC+1 to 02:25 at UTC+0: 2 h 15 min, although the clock shows 1 h 15 min
  expect(body).toContain('Value now: 12 µg/m³\nLasted 2 hr 15 min, from Oct 25, 2026, 01:10 to Oct 25, 2026, 02:25')
  const short = renderMessage([{ ...resolved, endedAt: '2026-10-25T00:10:42Z' }], context)
  expect(short.body).toContain('Lasted 42 sec')
})

test('a missing value is missing, not zero', () => {
  const { value: _, ...without } = event
  expect(renderMessage([without], context).body).not.toMatch(/\b0\b/)
})

test('many incidents are one message with counts; 20 are listed, critical ones first by the caller', () => {
  const many = Array.from({ length: 450 }, (_, i) => ({
    ...event,
    incidentId: `i-${i}`,
    severity: i < 3 ? ('critical' as const) : ('warning' as const),
  }))
  const { title, body, incidents, affectedThings, events } = renderMessage(many, context)
  expect(title).toBe('Testville: 450 incidents, 3 critical')
  expect(body.split('\n').filter((line) => line.startsWith('- '))).toHaveLength(20)
  expect(body).toContain('and 430 more')
  expect([incidents, affectedThings, events.length]).toEqual([450, 450, 20])
})

test('tests and simulated data say so', () => {
  const { title, body } = renderMessage([{ ...event, test: true }], { ...context, simulated: true })
  expect(title).toMatch(/^Test: /)
  expect(body).toContain('This is a test. No action is needed.\nSimulated data of a fictional city.')
})

test('a title is one line, whatever a rule is called', () => {
  const rule = { id: 'x', name: 'a\r\nBcc: everybody@city.example' }
  expect(renderMessage([{ ...event, rule }], context).title).not.toMatch(/[\r\n]/)
})

describe('templates', () => {
  test('fields are filled in', () => {
    const template = '{severity} at {subject}: {value}, since {started}. {link}'
    const { body } = renderMessage([event], { ...context, template })
    expect(body).toBe(
      'Critical at Market Square: 31.46 µg/m³, since Oct 25, 2026, 01:10. https://city.example/?view=now&select=incident:i%201',
    )
  })
  test('an unknown field is reported with the list of valid ones', () => {
    const problem = templateProblem('{severity} {recipient}')
    expect(problem).toContain('unknown field {recipient}')
    for (const field of TEMPLATE_FIELDS) expect(problem).toContain(`{${field}}`)
    expect(templateProblem('{severity')).toContain('brace')
    expect(templateProblem('no field at all')).toBeUndefined()
  })
})

describe('catalogues', () => {
  const read = (language: string): Record<string, string> =>
    JSON.parse(
      readFileSync(resolve(import.meta.dirname, `../../../../model/notifications/messages/${language}.json`), 'utf8'),
    )
  /** Names of parameters: `{name}` and `{name, plural, …}`; the texts of plurals begin with something else. */
  const argumentsOf = (message: string): string[] =>
    [...new Set([...message.matchAll(/\{(\w+)[,}]/g)].map(([, name = '']) => name))].sort()
  test.for(MESSAGE_LANGUAGES)(
    '%s has every message with its parameters, and every plural of the language',
    (language) => {
      const english = read('en')
      const own = read(language)
      expect(Object.keys(own)).toEqual(Object.keys(english))
      for (const [code, text] of Object.entries(own))
        expect(argumentsOf(text), code).toEqual(argumentsOf(english[code] ?? ''))
      const text = renderMessage([event, { ...event, incidentId: 'other' }], { ...context, language })
      expect(text.language).toBe(language)
    },
  )
  test.for(EVENT_KINDS)('%s has a title', (kind) => {
    expect(renderMessage([{ ...event, kind }], context).title).toContain('Market Square')
  })
  test('Russian and Arabic count as their grammar does', () => {
    const title = (language: 'ru' | 'ar', n: number) =>
      renderMessage(
        Array.from({ length: n }, (_, i) => ({ ...event, incidentId: `${i}`, severity: 'info' as const })),
        { ...context, language },
      ).title
    // CLDR plural rules: ru 2 few, 5 many, 21 one; ar 2 two, 3 few, 11 many
    expect([2, 5, 21].map((n) => title('ru', n).split(': ')[1])).toEqual(['2 инцидента', '5 инцидентов', '21 инцидент'])
    expect(title('ar', 2)).toContain('حادثان')
  })
})

describe('what is no Thing and no zone', () => {
  const SUBJECTS = [
    { kind: 'city' as const, id: 'city' },
    { kind: 'source' as const, id: 'gateway:3/4' },
    { kind: 'source' as const, id: 'source:5' },
    ...['broker', 'ledger_difference', 'queue_age_seconds', 'disk_used_percent', 'certificate_days_left'].map((id) => ({
      ...{ kind: 'system' as const, id },
    })),
  ]
  const about = (subject: Omit<NotificationEvent['subject'], 'name'>): NotificationEvent => ({
    ...event,
    rule: { id: '1', name: '2' },
    subject: { ...subject, name: englishNameOf(subject) },
  })

  test('is known by a code, each of them', () => {
    const codes = SUBJECTS.map((subject) => subjectNameOf(subject)?.code)
    expect(new Set(codes)).toEqual(new Set(SUBJECT_CODES))
    expect(subjectNameOf({ kind: 'thing', id: 'city' })).toBeNull()
    expect(subjectNameOf({ kind: 'zone', id: 'broker' })).toBeNull()
    expect(subjectNameOf({ kind: 'system', id: 'constructor' })).toBeNull()
  })

  test.each(SUBJECTS)('$id is called as the language says, in messages, texts of receivers and CAP', (subject) => {
    const titleIn = (language: (typeof MESSAGE_LANGUAGES)[number]): string =>
      renderMessage([about(subject)], { ...context, language }).title
    expect(titleIn('en')).toBe(`Critical: 2, ${englishNameOf(subject)}`)
    for (const language of ['ar', 'zh', 'ru'] as const) {
      const own = { ...context, language, publicUrl: undefined, simulated: true }
      const { title, body } = renderMessage([about(subject)], own)
      const templated = renderMessage([about(subject)], { ...own, template: '{subject}' }).body
      const cap = capDocument(
        {
          ...{ id: '1', event: about(subject), title, body, language, link: null },
          ...{ publishedAt: new Date(event.at), before: [], zone: null },
        },
        { name: '6', simulated: true, baseUrl: 'https://7', host: '7' },
      )
      const texts = ['headline', 'note', 'event'].map((name) => cap.split(`<${name}>`)[1]?.split('<')[0])
      for (const text of [title, templated, ...texts]) expect(text).toMatch(/^[^a-z]+$/i)
    }
  })
})

describe('rules that every city begins with', () => {
  const [id, name] = ['default-legal-no2', 'Nitrogen dioxide: information or alert threshold'] as const
  const about = (rule: NotificationEvent['rule']): NotificationEvent => ({ ...event, rule })
  const city = { name: 'Testville', simulated: false, baseUrl: 'https://city.example', host: 'city.example' }
  const cap = (rule: NotificationEvent['rule'], language: (typeof MESSAGE_LANGUAGES)[number]): string =>
    capDocument(
      {
        ...{ id: '1', event: about(rule), title: '', body: '', language, link: null },
        ...{ publishedAt: new Date(event.at), before: [], zone: null },
      },
      city,
    )

  test.each([
    ['en', name],
    ['fr', 'Dioxyde d’azote : seuil d’information ou d’alerte'],
    ['es', 'Dióxido de nitrógeno: umbral de información o de alerta'],
    ['ar', 'ثاني أكسيد النيتروجين: عتبة الإعلام أو الإنذار'],
    ['zh', '二氧化氮：通报或警报阈值'],
    ['ru', 'Диоксид азота: порог информирования или тревоги'],
  ] as const)('have their names in %s, in messages, texts of receivers and CAP', (language, translated) => {
    const title = renderMessage([about({ id, name })], { ...context, language }).title
    expect(title).toContain(translated)
    const own = renderMessage([about({ id, name })], { ...context, language, template: '{rule}' }).body
    expect(own.split('\n')[0]).toBe(translated)
    expect(cap({ id, name }, language)).toContain(`<event>${translated}</event>`)
  })

  test.each([
    ['renamed', { id, name: 'NO2' }],
    ['with the name of another', { id, name: 'Device silent' }],
    ['of the city with the same name', { id: 'f3b4', name }],
    ['named as nothing of ours', { id: 'constructor', name: 'Object' }],
  ])('one that is %s keeps the name that somebody gave', (_, rule) => {
    expect(renderMessage([about(rule)], { ...context, language: 'fr' }).title).toContain(rule.name)
    expect(cap(rule, 'fr')).toContain(`<event>${rule.name}</event>`)
  })

  test('all of them have a name in every catalogue', () => {
    for (const [code, english] of Object.entries(DEFAULT_RULE_NAMES)) {
      expect(ruleNameOf('en', { id: code, name: english })).toBe(english)
      for (const language of MESSAGE_LANGUAGES) expect(ruleNameOf(language, { id: code, name: english })).not.toBe('')
    }
  })
})
