/**
 * Open incidents of every kind, in languages of another script: what is read must be of the language, so every word of Latin
 * letters is either a name of the city or a text that the server sent in English.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_RULE_NAMES, nameCodeOf } from '#model/alerting/default-names.ts'
import { CLOSED_REASONS, CONDITIONS, HANDLINGS, SEVERITIES, SUBJECT_KINDS } from '#model/alerting/states.ts'
import { englishNameOf, SUBJECT_CODES, subjectNameOf } from '#model/alerting/subject-name.ts'
import {
  type Incident,
  type IncidentDetail,
  incidentDetail,
  incidentGroups,
  incidentsResponse,
  NEIGHBOUR_VERDICTS,
  TIMELINE_KINDS,
  type VulnerableGroups,
} from '#model/api/alerts.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { goTo, openPage, PHONE, settled } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('simulated')
  browser = await sharedBrowser()
})
afterAll(() => browser?.close())

const AT = '2026-06-01T10:00:00.000Z'
const RULES = Object.entries(DEFAULT_RULE_NAMES).map(([id, name]) => ({ id, name }))
const PROPERTIES_SHOWN = [...PROPERTIES.values()]
/** What the engine makes incidents of; Things and zones are called by numbers, which belong to no language. */
const SUBJECTS = [
  ...(['thing', 'zone'] as const).map((kind) => ({ kind, id: '17' })),
  { kind: 'city' as const, id: 'city' },
  ...['gateway:1/2', 'source:3'].map((id) => ({ kind: 'source' as const, id })),
  ...['broker', 'ledger_difference', 'queue_age_seconds', 'disk_used_percent', 'certificate_days_left'].map((id) => ({
    ...{ kind: 'system' as const, id },
  })),
]
const KINDS = ['silence', 'value', 'air_index', 'system', null]
const of = <T>(list: readonly T[], i: number): T => list[i % list.length] as T

/** Every subject, rule, state, reason, property and unit is in one of them, as the API sends it. */
const INCIDENTS: readonly Incident[] = PROPERTIES_SHOWN.map(({ name: property, unit }, i) => {
  const subject = of(SUBJECTS, i)
  const rule = of(RULES, i)
  const named = subjectNameOf(subject)
  return {
    id: String(i + 1),
    rule: { ...rule, nameCode: nameCodeOf(rule), kind: of(KINDS, i) },
    subject: { ...subject, name: englishNameOf(subject), nameCode: named?.code ?? null, nameKey: named?.key ?? '' },
    ...{ zone: null, location: null, owner: null, condition: of(CONDITIONS, i), severity: of(SEVERITIES, i) },
    ...{
      maxSeverity: of(SEVERITIES, i),
      handling: of(HANDLINGS, i),
      startedAt: AT,
      endedAt: null,
      durationSeconds: 60,
    },
    ...{ openedAt: AT, closedAt: null, closedReason: of(CLOSED_REASONS, i), property, unit, value: 3, threshold: 2 },
    ...{ affectedThings: i + 1, affectedPeople: i, flapping: i % 2 === 0, acknowledgedBy: null, acknowledgedAt: null },
    ...{ assignedTo: null, causeId: null, updatedAt: AT },
  }
})
/** what people change in the registry; each must have a name on the page */
const ACTIONS = [
  'thing.change',
  'thing.rename',
  'mapping.set',
  'calibration.set',
  'meter-replacement.delete',
  'ignore.add',
]

const detailOf = (incident: Incident): IncidentDetail => {
  const i = Number(incident.id)
  return {
    incident,
    timeline: TIMELINE_KINDS.map((kind, n) => ({
      ...{ id: String(n), at: AT, recordedAt: AT, kind, condition: of(CONDITIONS, n), severity: of(SEVERITIES, n) },
      ...{ value: n, who: null, note: null, notified: n },
      detail: kind === 'history_corrected' ? { correction: 'other_times', startedAt: AT, endedAt: AT } : {},
    })),
    neighbours: {
      verdict: of(NEIGHBOUR_VERDICTS, i),
      things: [true, false, null].map((agrees, n) => ({
        ...{ thing: `${n}`, name: `${n}`, distanceMeters: 100, value: 1, time: AT, quality: 1, agrees },
      })),
    },
    population: { people: 1, households: 1, zones: [], surveys: [] },
    changesBefore: ACTIONS.map((action) => ({ at: AT, who: '1', action, subject: '2' })),
    affected: [],
  }
}

/** Questions and categories are called by numbers, too: their words are those of whoever asked. */
const VULNERABLE: VulnerableGroups = {
  survey: { id: '1', title: '1', from: '2026-01-01', to: '2026-02-01', threshold: 10, simulated: true },
  confidence: 0.95,
  groups: [
    {
      question: '1',
      text: '1',
      category: '1',
      label: '1',
      value: 0.1,
      standardError: 0.02,
      lower: 0.05,
      upper: 0.2,
      n: 40,
      zones: 2,
      suppressed: 1,
    },
    {
      question: '1',
      text: '1',
      category: '2',
      label: '2',
      value: null,
      standardError: null,
      lower: null,
      upper: null,
      n: null,
      zones: 0,
      suppressed: 3,
    },
  ],
}

async function answerWith(page: Page): Promise<void> {
  const open = { info: 1, warning: 1, critical: 1 }
  await page.route('**/api/v1/incidents?*', (route) =>
    route.fulfill({ json: incidentsResponse.parse({ incidents: INCIDENTS, next: null, open }) }),
  )
  await page.route(/\/api\/v1\/incidents\/\d+\/groups$/, (route) =>
    route.fulfill({ json: incidentGroups.parse({ vulnerable: VULNERABLE }) }),
  )
  await page.route(/\/api\/v1\/incidents\/\d+$/, (route) => {
    const found = INCIDENTS.find(({ id }) => route.request().url().endsWith(`/${id}`))
    return found ? route.fulfill({ json: incidentDetail.parse(detailOf(found)) }) : route.fallback()
  })
}

/** Words of three Latin letters or more in what is seen and read aloud; names of pollutants and units are the same everywhere. */
const SAME_EVERYWHERE = new Set([
  ...['NOₓ', 'NOx', 'RSCP', 'RSRP', 'RSSI', 'SINR', 'RSRQ', 'LAeq', 'TVOC', 'VOC'],
  ...PROPERTIES_SHOWN.flatMap(({ unitLabel }) => unitLabel.match(/\p{Script=Latin}{3,}/gu) ?? []),
])
async function latinWords(page: Page, where: string): Promise<string[]> {
  const texts = await page
    .locator(where)
    .evaluateAll((elements) =>
      elements.flatMap((element) => [
        (element as HTMLElement).innerText,
        ...[element, ...element.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap((one) =>
          ['aria-label', 'title', 'placeholder'].map((name) => one.getAttribute(name) ?? ''),
        ),
      ]),
    )
  const words = texts.flatMap((text) => text.match(/\p{Script=Latin}{3,}/gu) ?? [])
  return [...new Set(words)].filter((word) => !SAME_EVERYWHERE.has(word))
}

test('every kind of subject is among the incidents', () => {
  const codes = INCIDENTS.flatMap(({ subject }) => subject.nameCode ?? [])
  expect(new Set(codes)).toEqual(new Set(SUBJECT_CODES))
  expect(new Set(INCIDENTS.map(({ subject }) => subject.kind))).toEqual(new Set(SUBJECT_KINDS))
})

test.each(['zh-Hans', 'ar', 'ru'])(
  '%s: open incidents, their details and their actions have no English word',
  async (language) => {
    const { page, errors, close } = await openPage(browser, `${system.url}/?view=operations&lang=${language}`, PHONE)
    await answerWith(page)
    await page.goto(`${system.url}/?view=now&lang=${language}`)
    await page.getByRole('option').first().waitFor()
    await settled(page)
    expect(await latinWords(page, '.incident-list')).toEqual([])
    for (const i of SUBJECTS.keys()) {
      const detail = page.waitForResponse((response) => response.url().endsWith(`/incidents/${i + 1}`))
      await goTo(page, 'now', `?view=now&lang=${language}&select=incident:${i + 1}`)
      await detail
      await page.locator('.incident-panel__title').waitFor()
      await settled(page)
      expect(await latinWords(page, '.incident-panel'), `incident ${i + 1}`).toEqual([])
    }
    expect(errors).toEqual([])
    await close()
  },
)
