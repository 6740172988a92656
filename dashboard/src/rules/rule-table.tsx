import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { z } from 'zod'
import type { AlertRule } from '#model/alerting/rule.ts'
import { type AlertRuleResponse, alertRuleResponse } from '#model/api/alerts.ts'
import { zonesQuery } from '../http/queries.ts'
import { useChange } from '../http/registry.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Rows } from '../notifications/parts.tsx'
import { correctionText } from '../now/correction-text.ts'
import { ruleName } from '../now/rule-name.ts'
import { Problem } from '../ui/problem.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { useRulesReload } from './queries.ts'
import '../notifications/notifications.css'
import './rules.css'

type TableProps = {
  readonly rules: readonly AlertRuleResponse[]
  readonly isPermitted: boolean
  readonly onEdit: (id: string) => void
  readonly onCopy: (id: string) => void
}

export function RuleTable({ rules, isPermitted, onEdit, onCopy }: TableProps) {
  const i18n = useI18n()
  const { t } = i18n
  const zones = useQuery(zonesQuery).data?.features ?? []
  const zoneName = (key: string): string =>
    zones.find(({ properties }) => properties.key === key)?.properties.name ?? key
  const actions: TableColumn<AlertRuleResponse> = {
    ...{ id: 'actions', label: t('notifications.actions') },
    cell: ({ id, enabled, definition: { name } }) => <Actions {...{ id, enabled, name, onEdit, onCopy }} />,
  }
  return (
    <Rows
      caption={t('rules.title')}
      columns={[...ruleColumns(zoneName, i18n), ...(isPermitted ? [actions] : [])]}
      rows={rules}
    />
  )
}

/** Long lists of a scope are complete in the file. */
export function ruleColumns(zoneName: (key: string) => string, i18n: Formatters): TableColumn<AlertRuleResponse>[] {
  const { t, dateTime } = i18n
  const nameOf = ({ definition, nameCode }: AlertRuleResponse): string =>
    ruleName(i18n, { name: definition.name, nameCode })
  const kind = ({ definition }: AlertRuleResponse): string => t(`rules.kind.${definition.condition.kind}`)
  const problem = ({ error }: AlertRuleResponse): string | null => error && t(`rules.error.${error}`)
  return [
    {
      ...{ id: 'rule', label: t('rules.column.rule'), value: nameOf },
      cell: (rule) => (
        <>
          {nameOf(rule)}
          <br />
          <span className="note">{kind(rule)}</span>
        </>
      ),
    },
    { id: 'kind', label: t('column.kind'), fileOnly: true, value: kind },
    {
      ...{ id: 'state', label: t('rules.column.state') },
      value: (rule) =>
        [stateText(rule, i18n), rule.corrections.total > 0 && t('rules.corrections', { n: rule.corrections.total })]
          .filter(Boolean)
          .join(' · '),
      cell: (rule) => (
        <>
          {stateText(rule, i18n)}
          <Failure rule={rule} />
          <Corrections corrections={rule.corrections} />
        </>
      ),
    },
    { id: 'reason', label: t('notifications.reason'), fileOnly: true, value: problem },
    {
      ...{ id: 'severities', label: t('rules.column.severities') },
      value: ({ definition }) => severityTexts(definition, String, i18n).join('; '),
      cell: ({ definition }) => <Severities rule={definition} />,
    },
    {
      ...{ id: 'scope', label: t('rules.column.scope') },
      value: ({ definition }) => scopeText(definition, zoneName, Number.POSITIVE_INFINITY, i18n),
      cell: ({ definition }) => scopeText(definition, zoneName, 3, i18n),
    },
    {
      ...{ id: 'changed', label: t('rules.column.changed'), value: ({ updatedAt }) => updatedAt },
      cell: ({ updatedAt }) => dateTime(updatedAt),
    },
  ]
}

const stateText = ({ enabled, openIncidents, instances }: AlertRuleResponse, { t }: Formatters): string =>
  [
    t(enabled ? 'rules.on' : 'rules.off'),
    openIncidents > 0 && t('rules.openIncidents', { n: openIncidents }),
    instances.no_data > 0 && t('rules.withoutData', { n: instances.no_data }),
  ]
    .filter(Boolean)
    .join(' · ')

function Failure({ rule: { error, errorSince } }: { readonly rule: AlertRuleResponse }) {
  const { t, dateTime } = useI18n()
  if (error === null) return null
  return (
    <p className="rules__problem">
      {t('rules.error', { error: t(`rules.error.${error}`) })}
      {errorSince !== null && <span className="note"> {t('rules.error.since', { at: dateTime(errorSince) })}</span>}
    </p>
  )
}

/** Nobody was notified of these; the newest, with how many there are. */
function Corrections({ corrections: { total, newest } }: Pick<AlertRuleResponse, 'corrections'>) {
  const i18n = useI18n()
  const { t } = i18n
  if (total === 0) return null
  return (
    <details>
      <summary>{t('rules.corrections', { n: total })}</summary>
      <ul className="rules__plain">
        {newest.map((correction) => (
          <li key={`${correction.recordedAt} ${correction.thing} ${correction.startedAt}`}>
            <bdi>{correction.thing}</bdi> <span className="note">{correctionText(correction, i18n)}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}

function Severities({ rule }: { readonly rule: AlertRule }) {
  const i18n = useI18n()
  const texts = severityTexts(rule, i18n.number, i18n)
  if (rule.condition.kind === 'legal_threshold') return texts
  return (
    <ul className="rules__plain">
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  )
}

function severityTexts(rule: AlertRule, show: (value: number) => string, { t }: Formatters): string[] {
  if (rule.condition.kind === 'legal_threshold') return [t('rules.severities.standard')]
  return rule.levels.map(({ severity, threshold }) =>
    t('rules.severities.one', {
      severity: t(`now.severity.${severity}`),
      sign: rule.direction === 'above' ? '>' : '<',
      value: show(threshold),
    }),
  )
}

/** Lists that are longer than `most` are their first and a number. */
function scopeText(
  { scope, per }: AlertRule,
  zoneName: (key: string) => string,
  most: number,
  { t, name }: Formatters,
): string {
  const listed = (keys: readonly string[] | undefined, text: (key: string) => string): string[] => {
    if (!keys) return []
    const [first = '', ...others] = keys
    return keys.length > most ? [t('rules.scope.many', { first: text(first), n: others.length })] : keys.map(text)
  }
  const parts = [
    ...(per === 'thing' ? [] : [t(`rules.per.${per}`)]),
    ...listed(scope.domains, (domain) => name('layer', domain)),
    ...listed(scope.zones, zoneName),
    ...listed(scope.grades, (grade) => name('grade', grade)),
    ...listed(scope.kinds, (kind) => name('kind', kind)),
    ...listed(scope.things, String),
  ]
  return parts.length === 0 ? t('rules.scope.city') : parts.join(' · ')
}

type ActionsProps = Pick<TableProps, 'onEdit' | 'onCopy'> & {
  readonly id: string
  readonly enabled: boolean
  readonly name: string
}

function Actions({ id, enabled, name, onEdit, onCopy }: ActionsProps) {
  const { t } = useI18n()
  const { send, ready, error } = useChange('operate')
  const reload = useRulesReload()
  const [confirming, setConfirming] = useState(false)
  const path = `/alert-rules/${id}`
  const run = async (work: Promise<unknown>): Promise<void> => {
    await work
    await reload()
  }
  const small = { className: 'button button--small', isDisabled: !ready }
  return (
    <>
      <div className="notifications__actions">
        <Button {...small} id={`rule-${id}`} onPress={() => onEdit(id)} aria-label={t('rules.edit', { name })}>
          {t('rules.edit.short')}
        </Button>
        <Button {...small} id={`rule-copy:${id}`} onPress={() => onCopy(id)} aria-label={t('rules.copy', { name })}>
          {t('rules.copy.short')}
        </Button>
        <Button
          {...small}
          onPress={() => void run(send(alertRuleResponse, 'PATCH', path, { enabled: !enabled }))}
          aria-label={t(enabled ? 'notifications.disable.of' : 'notifications.enable.of', { name })}
        >
          {t(enabled ? 'notifications.disable' : 'notifications.enable')}
        </Button>
        <Button
          {...small}
          onPress={() => (confirming ? void run(send(z.unknown(), 'DELETE', path)) : setConfirming(true))}
          aria-label={t(confirming ? 'notifications.delete.confirm.of' : 'notifications.delete.of', { name })}
        >
          {t(confirming ? 'notifications.delete.confirm' : 'notifications.delete')}
        </Button>
      </div>
      {error && <Problem error={error} />}
    </>
  )
}
