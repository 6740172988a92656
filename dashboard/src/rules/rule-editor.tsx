import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { alertRuleSchema } from '#model/alerting/rule.ts'
import { type AlertRuleResponse, alertRuleResponse } from '#model/api/alerts.ts'
import { useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import { Backtest } from './backtest.tsx'
import { ConditionFields, unitText } from './condition-fields.tsx'
import { draftOf, EMPTY_RULE, type RuleDraft, ruleOf } from './draft.ts'
import { Line } from './fields.tsx'
import { LevelFields } from './level-fields.tsx'
import { checkedProblems, enteredProblems, type Problems } from './problems.ts'
import { ruleCheckQuery, useRulesReload, useSettledRule } from './queries.ts'
import { ScopeFields } from './scope-fields.tsx'
import { EvidenceFields, TimingFields } from './timing-fields.tsx'
import '../notifications/notifications.css'
import './rules.css'

type EditorProps = {
  /** the rule that is changed, or that a new one begins as; null: from nothing */
  readonly rule: AlertRuleResponse | null
  readonly isCopy: boolean
  readonly onClose: () => void
}

/** Enters or changes a rule. What is wrong stands at its field; what it would have sent is shown before it is saved. */
export function RuleEditor({ rule, isCopy, onClose }: EditorProps) {
  const i18n = useI18n()
  const { t } = i18n
  const [draft, setDraft] = useState<RuleDraft>(() => startOf(rule, isCopy, t('rules.copyOf', { name: '{name}' })))
  const [isSent, setSent] = useState(false)
  const [tested, setTested] = useState<string>()
  const { send, ready, busy, error } = useChange('operate')
  const reload = useRulesReload()
  const form = useRef<HTMLFormElement>(null)
  const change = (part: Partial<RuleDraft>): void => setDraft((known) => ({ ...known, ...part }))
  const entered = ruleOf(draft)
  const text = JSON.stringify(entered)
  const valid = alertRuleSchema.safeParse(entered).data ?? null
  const checked = useQuery(ruleCheckQuery(useSettledRule(entered))).data?.problems ?? []
  const problems: Problems =
    valid === null ? (isSent ? enteredProblems(entered, i18n) : new Map()) : checkedProblems(checked, i18n)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setSent(true)
    if (valid === null || problems.size > 0) return focusFirst(form.current)
    const isNew = rule === null || isCopy
    const saved = await send(
      alertRuleResponse,
      isNew ? 'POST' : 'PUT',
      `/alert-rules${isNew ? '' : `/${rule.id}`}`,
      valid,
    )
    if (!saved) return
    await reload()
    onClose()
  }
  const isNew = rule === null || isCopy
  return (
    <form
      ref={form}
      className="rules__form"
      aria-labelledby="rule-editor"
      noValidate
      onSubmit={(event) => void submit(event)}
    >
      <EditorHeading text={isNew ? t('rules.new') : t('rules.edit', { name: rule.definition.name })} />
      {!isNew && rule.openIncidents > 0 && <p className="note">{t('rules.closesOpen', { n: rule.openIncidents })}</p>}
      <Fields {...{ draft, problems }} onChange={change} />
      <Backtest
        rule={problems.size === 0 ? valid : null}
        condition={draft.condition}
        onAsk={() => {
          setSent(true)
          if (valid === null || problems.size > 0) focusFirst(form.current)
        }}
        onAnswer={() => setTested(text)}
      />
      <div role="status">
        {isSent && problems.size > 0 && <p className="rules__problem">{t('rules.problems', { n: problems.size })}</p>}
      </div>
      {error && <Problem error={error} />}
      <div className="rules__actions">
        <Button type="submit" className="button button--main" isDisabled={!ready || tested !== text}>
          {t(busy ? 'rules.saving' : 'rules.save')}
        </Button>
        <Button className="button" onPress={onClose}>
          {t('rules.cancel')}
        </Button>
        {tested !== text && <p className="note">{t('rules.save.first')}</p>}
      </div>
    </form>
  )
}

function startOf(rule: AlertRuleResponse | null, isCopy: boolean, copy: string): RuleDraft {
  if (rule === null) return EMPTY_RULE
  const draft = draftOf(rule.definition)
  return isCopy ? { ...draft, name: copy.replace('{name}', draft.name) } : draft
}

/** Focus goes to what has come, so that a keyboard and a screen reader are where the page is. */
function EditorHeading({ text }: { readonly text: string }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <h3 id="rule-editor" ref={heading} tabIndex={-1} className="notifications__title">
      {text}
    </h3>
  )
}

const focusFirst = (form: HTMLFormElement | null): void =>
  // after the problems have been drawn
  void requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())

type FieldsProps = {
  readonly draft: RuleDraft
  readonly problems: Problems
  readonly onChange: (change: Partial<RuleDraft>) => void
}

function Fields({ draft, problems, onChange }: FieldsProps) {
  const i18n = useI18n()
  const { t } = i18n
  const { condition } = draft
  return (
    <>
      <fieldset className="rules__group">
        <legend className="rules__legend">{t('rules.condition')}</legend>
        <Line
          label={t('rules.name')}
          value={draft.name}
          problem={problems.get('name')}
          onChange={(name) => onChange({ name })}
        />
        <Line
          label={t('rules.description')}
          value={draft.description}
          problem={problems.get('description')}
          onChange={(description) => onChange({ description })}
        />
        <ConditionFields
          {...{ condition, problems }}
          onChange={(part) => onChange({ condition: { ...condition, ...part } })}
        />
      </fieldset>
      {condition.kind === 'legal_threshold' ? (
        <p className="note">{t('rules.levels.standard')}</p>
      ) : (
        <LevelFields {...{ draft, problems, onChange }} unit={unitText(condition, i18n)} />
      )}
      <ScopeFields {...{ draft, problems, onChange }} />
      <TimingFields {...{ draft, problems, onChange }} />
      <EvidenceFields {...{ draft, problems, onChange }} />
    </>
  )
}
