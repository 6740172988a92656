import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { z } from 'zod'
import type { AlertRule, RuleScope } from '#model/alerting/rule.ts'
import { type AlertRuleResponse, alertRuleResponse } from '#model/api/alerts.ts'
import { zonesQuery } from '../http/queries.ts'
import { useChange } from '../http/registry.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Rows } from '../notifications/parts.tsx'
import { correctionText } from '../now/correction-text.ts'
import { Problem } from '../ui/problem.tsx'
import { useRulesReload } from './queries.ts'
import '../notifications/notifications.css'
import './rules.css'

type TableProps = {
  readonly rules: readonly AlertRuleResponse[]
  readonly isPermitted: boolean
  readonly onEdit: (id: string) => void
  readonly onCopy: (id: string) => void
}

export function RuleTable({ rules, ...actions }: TableProps) {
  const { t } = useI18n()
  const columns = (['rule', 'state', 'severities', 'scope', 'changed'] as const).map((one) => t(`rules.column.${one}`))
  return (
    <Rows
      caption={t('rules.title')}
      columns={[...columns, ...(actions.isPermitted ? [t('notifications.actions')] : [])]}
    >
      {rules.map((rule) => (
        <RuleRow key={rule.id} rule={rule} {...actions} />
      ))}
    </Rows>
  )
}

function RuleRow({
  rule,
  isPermitted,
  onEdit,
  onCopy,
}: Omit<TableProps, 'rules'> & { readonly rule: AlertRuleResponse }) {
  const i18n = useI18n()
  const { t, dateTime } = i18n
  const { id, definition, enabled, error, errorSince, openIncidents, instances } = rule
  const states = [
    t(enabled ? 'rules.on' : 'rules.off'),
    openIncidents > 0 && t('rules.openIncidents', { n: openIncidents }),
    instances.no_data > 0 && t('rules.withoutData', { n: instances.no_data }),
  ]
  return (
    <tr>
      <th scope="row">
        {definition.name}
        <br />
        <span className="note">{t(`rules.kind.${definition.condition.kind}`)}</span>
      </th>
      <td>
        {states.filter(Boolean).join(' · ')}
        {error !== null && (
          <p className="rules__problem">
            {t('rules.error', { error: t(`rules.error.${error}`) })}
            {errorSince !== null && (
              <span className="note"> {t('rules.error.since', { at: dateTime(errorSince) })}</span>
            )}
          </p>
        )}
        <Corrections corrections={rule.corrections} />
      </td>
      <td>
        <Severities rule={definition} />
      </td>
      <td>
        <Scope scope={definition.scope} per={definition.per} />
      </td>
      <td>{dateTime(rule.updatedAt)}</td>
      {isPermitted && (
        <td>
          <Actions {...{ id, enabled, name: definition.name, onEdit, onCopy }} />
        </td>
      )}
    </tr>
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
  const { t, number } = useI18n()
  if (rule.condition.kind === 'legal_threshold') return t('rules.severities.standard')
  return (
    <ul className="rules__plain">
      {rule.levels.map(({ severity, threshold }) => (
        <li key={severity}>
          {t('rules.severities.one', {
            severity: t(`now.severity.${severity}`),
            sign: rule.direction === 'above' ? '>' : '<',
            value: number(threshold),
          })}
        </li>
      ))}
    </ul>
  )
}

function Scope({ scope, per }: { readonly scope: RuleScope; readonly per: AlertRule['per'] }) {
  const i18n = useI18n()
  const { t } = i18n
  const zones = useQuery(zonesQuery).data?.features ?? []
  const zoneName = (key: string): string =>
    zones.find(({ properties }) => properties.key === key)?.properties.name ?? key
  const parts = [per !== 'thing' && t(`rules.per.${per}`), ...scopeParts(scope, zoneName, i18n)].filter(Boolean)
  return parts.length === 0 ? t('rules.scope.city') : parts.join(' · ')
}

/** Long lists by their number. */
function scopeParts(scope: RuleScope, zoneName: (key: string) => string, { t, name }: Formatters): string[] {
  const listed = (keys: readonly string[] | undefined, text: (key: string) => string): string[] =>
    !keys
      ? []
      : keys.length > 3
        ? [t('rules.scope.many', { first: text(keys[0] ?? ''), n: keys.length - 1 })]
        : keys.map(text)
  return [
    ...listed(scope.domains, (domain) => name('layer', domain)),
    ...listed(scope.zones, zoneName),
    ...listed(scope.grades, (grade) => name('grade', grade)),
    ...listed(scope.kinds, (kind) => name('kind', kind)),
    ...listed(scope.things, String),
  ]
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
