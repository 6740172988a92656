import { describe, expect, test } from 'vitest'
import { maintenanceColumns } from '#dashboard/src/notifications/maintenance-windows.tsx'
import { messageColumns } from '#dashboard/src/notifications/messages.tsx'
import { receiverColumns } from '#dashboard/src/notifications/receivers.tsx'
import { silenceColumns } from '#dashboard/src/notifications/silences.tsx'
import { reconciliationColumns } from '#dashboard/src/operations/reconciliations.tsx'
import { sheetColumns } from '#dashboard/src/report/collection-sheet.tsx'
import { incidentColumns } from '#dashboard/src/rules/incident-columns.ts'
import { ruleColumns } from '#dashboard/src/rules/rule-table.tsx'
import { linesOf } from '#dashboard/src/ui/table/lines.ts'
import { i18n, tableOf } from './table-of.ts'

describe('the file of a table has everything that the page shows, unrounded', () => {
  const at = '2025-07-01T10:00:00.123Z'
  const shownAt = 'Jul 1, 2025, 11:00'
  const none = () => null

  test('comparisons of raw data with aggregates: one that failed says so in place of a number', () => {
    const done = { id: 1, startedAt: at, finishedAt: at, by: 'night', days: 8, compared: 3200, observations: 1234567 }
    const rows = [
      { ...done, differing: 0, failure: null },
      { ...done, by: 'ops', observations: null, differing: null, failure: 'disk full' },
    ]
    expect(tableOf(reconciliationColumns(i18n), ...(rows as never as [never]))).toEqual({
      page: [
        ['Started', 'By', 'Days', 'Series × days', 'Observations', 'Different'],
        [shownAt, 'nightly job', '8', '3,200', '1,234,567', '0'],
        [shownAt, 'ops', '8', '3,200', '–', 'failed'],
      ],
      file: [
        [
          ...['Started', 'By', 'Days', 'Series × days', 'Observations', 'Different'],
          'Different: why there is no value',
        ],
        [at, 'nightly job', 8, 3200, 1234567, 0, null],
        [at, 'ops', 8, 3200, null, null, 'failed'],
      ],
    })
  })

  test('notifications: receivers without the buttons, messages, silences, maintenance', () => {
    const matchers = { zones: ['old', 'new'] }
    const message = {
      id: '1',
      createdAt: at,
      receiver: { name: 'Ops' },
      title: 'Smoke',
      attempts: 3,
      error: 'no route',
    }
    const messages = tableOf(messageColumns(none, i18n), { ...message, state: 'retrying' } as never)
    expect(messages.page[1]).toEqual([shownAt, 'Ops', 'Smoke', expect.stringMatching(/no route \(attempts: 3\)$/), ''])
    expect(messages.file).toEqual([
      ['Time', 'Receiver', 'Message', 'State', 'Error', 'Attempts'],
      [at, 'Ops', 'Smoke', i18n.t('notifications.state.retrying'), 'no route', 3],
    ])
    const silence = { matchers, endsAt: at, comment: 'Works', author: 'Ada', state: 'ended' }
    const silences = tableOf(silenceColumns(none, i18n), silence as never)
    expect(silences.page[1]?.slice(0, 3)).toEqual(['zones: old, new', shownAt, 'Works Ada'])
    expect(silences.file[1]?.slice(0, 4)).toEqual(['zones: old, new', at, 'Works', 'Ada'])
    const planned = { name: 'Pumps', matchers, active: true }
    const maintenance = tableOf(
      maintenanceColumns(() => 'Sun 01:00–03:00', none, i18n),
      planned as never,
    )
    expect(maintenance.page[1]?.slice(0, 4)).toEqual(maintenance.file[1])
    const receiver = {
      ...{ name: 'Ops', enabled: false, channel: 'webhook', config: { url: 'https://example.org' }, severities: [] },
      ...{ zones: ['old'], owners: [], escalateAfterMinutes: 0, testedAt: at, testError: 'refused' },
    }
    const [heading, line] = linesOf(receiverColumns(i18n), [receiver as never])
    expect(heading).toEqual(['Receiver', 'State', 'Address', 'Is notified of', 'Newest test', 'Error'])
    expect(line).toEqual(['Ops', 'off', 'Signed webhook https://example.org', 'old', at, 'refused'])
  })

  test('a rule: all of a long list is in the file', () => {
    const zones = ['a', 'b', 'c', 'd']
    const definition = {
      ...{ name: 'Smoke', condition: { kind: 'mean' }, levels: [{ severity: 'warning', threshold: 12.34567 }] },
      ...{ direction: 'above', scope: { zones }, per: 'thing' },
    }
    const state = {
      enabled: true,
      openIncidents: 0,
      instances: { no_data: 0 },
      error: 'disk_unreadable',
      errorSince: null,
    }
    const rule = { id: '1', definition, ...state, corrections: { total: 0, newest: [] }, updatedAt: at }
    expect(
      tableOf(
        ruleColumns((key) => key, i18n),
        rule as never,
      ),
    ).toEqual({
      page: [
        ['Rule', 'State', 'Levels', 'Scope', 'Last changed'],
        [
          ...['SmokeMean of a period', 'OnCannot be evaluated: the disk cannot be read', 'Warning > 12.3'],
          ...['a and 3 more', shownAt],
        ],
      ],
      file: [
        ['Rule', 'Kind', 'State', 'Error', 'Levels', 'Scope', 'Last changed'],
        ['Smoke', 'Mean of a period', 'On', 'the disk cannot be read', 'Warning > 12.34567', 'a · b · c · d', at],
      ],
    })
    const found = { id: '1', subject: 'air-1', severity: 'critical', startedAt: at, durationSeconds: null } as const
    expect(
      tableOf(
        incidentColumns(({ subject }) => subject, i18n),
        found as never,
      ),
    ).toEqual({
      page: [
        ['Where', 'Severity', 'Began', 'Duration'],
        ['air-1', 'Critical', shownAt, 'Ongoing'],
      ],
      file: [
        ['Where', 'Severity', 'Began', 'Duration (s)', 'Duration: why there is no value'],
        ['air-1', 'Critical', at, null, 'Ongoing'],
      ],
    })
  })

  test('what was wrong with a sheet', () => {
    const problem = { row: 1234, code: 'EC', dataPoint: 'a', field: 'value', reason: 'is no number' }
    expect(tableOf(sheetColumns(i18n), problem as never)).toEqual({
      page: [
        ['Row', 'Indicator', 'Field', 'Reason'],
        ['1,234', 'EC a', 'value', 'is no number'],
      ],
      file: [
        ['Row', 'Indicator', 'Field', 'Reason'],
        [1234, 'EC a', 'value', 'is no number'],
      ],
    })
  })
})
