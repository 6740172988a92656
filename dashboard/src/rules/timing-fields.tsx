import { Button } from 'react-aria-components'
import { WEEKDAYS } from '#model/alerting/schedule.ts'
import { SEVERITIES, type Severity } from '#model/alerting/states.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Many, useWeekdays, When } from '../notifications/parts.tsx'
import type { RuleDraft, WindowDraft } from './draft.ts'
import { Duration, FieldProblem, NumberLine, OneOf } from './fields.tsx'
import type { Problems } from './problems.ts'
import './rules.css'

const MAX_WINDOWS = 20

type Props = {
  readonly draft: RuleDraft
  readonly problems: Problems
  readonly onChange: (change: Partial<RuleDraft>) => void
}

/** How patient a rule is, and when it is evaluated. */
export function TimingFields({ draft, problems, onChange }: Props) {
  const { t } = useI18n()
  const { windows } = draft
  const change = (at: number, part: Partial<WindowDraft>): void =>
    onChange({ windows: windows.map((one, i) => (i === at ? { ...one, ...part } : one)) })
  return (
    <fieldset className="rules__group">
      <legend className="rules__legend">{t('rules.timing')}</legend>
      <div className="rules__pair">
        <Duration
          label={t('rules.for')}
          hint={t('rules.for.hint')}
          seconds={draft.forSeconds}
          problem={problems.get('forSeconds')}
          onChange={(forSeconds) => onChange({ forSeconds })}
        />
        <Duration
          label={t('rules.keep')}
          hint={t('rules.keep.hint')}
          seconds={draft.keepFiringSeconds}
          problem={problems.get('keepFiringSeconds')}
          onChange={(keepFiringSeconds) => onChange({ keepFiringSeconds })}
        />
      </div>
      <p className="note">{t(windows.length === 0 ? 'rules.schedule.always' : 'rules.schedule.hint')}</p>
      {windows.map((window, i) => (
        <WindowRow
          // biome-ignore lint/suspicious/noArrayIndexKey: windows have no name
          key={i}
          {...{ window, at: i }}
          onChange={(part) => change(i, part)}
          onRemove={() => onChange({ windows: windows.filter((_, j) => j !== i) })}
        />
      ))}
      <FieldProblem problem={[...problems].find(([field]) => field.startsWith('schedule'))?.[1]} />
      {windows.length < MAX_WINDOWS && (
        <Button
          className="button button--small rules__add"
          onPress={() => onChange({ windows: [...windows, { days: [...WEEKDAYS], from: '22:00', to: '06:00' }] })}
        >
          {t('rules.schedule.add')}
        </Button>
      )}
    </fieldset>
  )
}

type RowProps = {
  readonly window: WindowDraft
  readonly at: number
  readonly onChange: (change: Partial<WindowDraft>) => void
  readonly onRemove: () => void
}

function WindowRow({ window, at, onChange, onRemove }: RowProps) {
  const { t } = useI18n()
  // the labels count from Monday, the days of a rule are names
  const days = useWeekdays().map(({ id, label }) => ({ id: WEEKDAYS[Number(id) % 7] as string, label }))
  return (
    <fieldset className="rules__level">
      <legend className="field__label">{t('rules.schedule.window', { n: at + 1 })}</legend>
      <Many
        label={t('notifications.days')}
        options={days}
        value={window.days}
        onChange={(chosen) => onChange({ days: chosen })}
      />
      <When label={t('notifications.from')} type="time" value={window.from} onChange={(from) => onChange({ from })} />
      <When label={t('notifications.to')} type="time" value={window.to} onChange={(to) => onChange({ to })} />
      <Button
        className="button button--small rules__add"
        onPress={onRemove}
        aria-label={t('rules.schedule.remove.of', { n: at + 1 })}
      >
        {t('rules.schedule.remove')}
      </Button>
    </fieldset>
  )
}

/** What counts as evidence, what missing data means, and when changes are flapping. */
export function EvidenceFields({ draft, problems, onChange }: Props) {
  const { t } = useI18n()
  const { evidence, noData, flapping } = draft
  return (
    <fieldset className="rules__group">
      <legend className="rules__legend">{t('rules.evidence')}</legend>
      <Many
        label={t('rules.counts')}
        options={(['suspect', 'unconfirmed'] as const).map((id) => ({ id, label: t(`rules.counts.${id}`) }))}
        value={(['suspect', 'unconfirmed'] as const).filter((id) => evidence[id])}
        onChange={(on) =>
          onChange({ evidence: { suspect: on.includes('suspect'), unconfirmed: on.includes('unconfirmed') } })
        }
      />
      <div className="rules__pair">
        <OneOf
          label={t('rules.noData')}
          value={noData.policy}
          options={(['ignore', 'notify'] as const).map((id) => ({ id, label: t(`rules.noData.${id}`) }))}
          onChange={(policy) => onChange({ noData: { ...noData, policy: policy === 'notify' ? 'notify' : 'ignore' } })}
        />
        {noData.policy === 'notify' && (
          <OneOf
            label={t('rules.noData.severity')}
            value={noData.severity}
            options={SEVERITIES.map((id) => ({ id, label: t(`now.severity.${id}`) }))}
            onChange={(severity) => onChange({ noData: { ...noData, severity: severity as Severity } })}
          />
        )}
        <Duration
          label={t('rules.noData.after')}
          hint={t('rules.noData.after.hint')}
          seconds={noData.after}
          problem={problems.get('noData.afterSeconds')}
          onChange={(after) => onChange({ noData: { ...noData, after } })}
        />
      </div>
      <div className="rules__pair">
        <NumberLine
          label={t('rules.flapping.changes')}
          hint={t('rules.flapping.hint')}
          value={flapping.changes}
          problem={problems.get('flapping.changes')}
          onChange={(changes) => onChange({ flapping: { ...flapping, changes } })}
        />
        <NumberLine
          label={t('rules.flapping.window')}
          value={flapping.windowMinutes}
          problem={problems.get('flapping.windowMinutes')}
          onChange={(windowMinutes) => onChange({ flapping: { ...flapping, windowMinutes } })}
        />
      </div>
    </fieldset>
  )
}
