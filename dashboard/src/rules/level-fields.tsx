import { Button } from 'react-aria-components'
import { SEVERITIES, type Severity } from '#model/alerting/states.ts'
import { useI18n } from '../i18n/formatters.ts'
import { EMPTY_LEVEL, type LevelDraft, type RuleDraft } from './draft.ts'
import { Duration, FieldProblem, NumberLine, OneOf } from './fields.tsx'
import type { Problems } from './problems.ts'
import './rules.css'

const MAX_LEVELS = 3

type Props = {
  readonly draft: RuleDraft
  readonly unit: string
  readonly problems: Problems
  readonly onChange: (change: Partial<RuleDraft>) => void
}

/** The severity ladder, mild to severe, with where each level ends and how patient it is. */
export function LevelFields({ draft: { levels, direction }, unit, problems, onChange }: Props) {
  const { t } = useI18n()
  const change = (at: number, level: Partial<LevelDraft>): void =>
    onChange({ levels: levels.map((one, i) => (i === at ? { ...one, ...level } : one)) })
  const add = (): void => {
    const used = levels.map(({ severity }) => severity)
    const severity = SEVERITIES.findLast((one) => !used.includes(one)) ?? 'critical'
    onChange({ levels: [...levels, { ...EMPTY_LEVEL, severity }] })
  }
  return (
    <fieldset className="rules__group">
      <legend className="rules__legend">{t('rules.levels')}</legend>
      <OneOf
        label={t('rules.direction')}
        value={direction}
        options={(['above', 'below'] as const).map((id) => ({ id, label: t(`rules.direction.${id}`) }))}
        problem={problems.get('direction')}
        onChange={(side) => onChange({ direction: side === 'below' ? 'below' : 'above' })}
      />
      {levels.map((level, i) => (
        <LevelRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a level is its place in the ladder
          key={i}
          {...{ level, unit, problems, at: i }}
          onChange={(part) => change(i, part)}
          onRemove={levels.length > 1 ? () => onChange({ levels: levels.filter((_, j) => j !== i) }) : undefined}
        />
      ))}
      <FieldProblem problem={problems.get('levels')} />
      {levels.length < MAX_LEVELS && (
        <Button className="button button--small rules__add" onPress={add}>
          {t('rules.level.add')}
        </Button>
      )}
    </fieldset>
  )
}

type RowProps = Pick<Props, 'unit' | 'problems'> & {
  readonly level: LevelDraft
  readonly at: number
  readonly onChange: (change: Partial<LevelDraft>) => void
  readonly onRemove: (() => void) | undefined
}

function LevelRow({ level, at, unit, problems, onChange, onRemove }: RowProps) {
  const { t } = useI18n()
  const of = (field: string) => problems.get(`levels.${at}.${field}`)
  const withUnit = (label: string): string => (unit === '' ? label : t('rules.withUnit', { label, unit }))
  return (
    <fieldset className="rules__level">
      <legend className="field__label">{t('rules.level', { n: at + 1 })}</legend>
      <OneOf
        label={t('rules.severity')}
        value={level.severity}
        options={SEVERITIES.map((id) => ({ id, label: t(`now.severity.${id}`) }))}
        problem={of('severity')}
        onChange={(severity) => onChange({ severity: severity as Severity })}
      />
      <NumberLine
        label={withUnit(t('rules.threshold'))}
        value={level.threshold}
        problem={of('threshold')}
        onChange={(threshold) => onChange({ threshold })}
      />
      <NumberLine
        label={withUnit(t('rules.recovery'))}
        hint={t('rules.recovery.hint')}
        value={level.recovery}
        problem={of('recovery')}
        onChange={(recovery) => onChange({ recovery })}
      />
      <Duration
        label={t('rules.for')}
        hint={t('rules.level.asRule')}
        seconds={level.forSeconds}
        problem={of('forSeconds')}
        onChange={(forSeconds) => onChange({ forSeconds })}
      />
      <Duration
        label={t('rules.keep')}
        hint={t('rules.level.asRule')}
        seconds={level.keepFiringSeconds}
        problem={of('keepFiringSeconds')}
        onChange={(keepFiringSeconds) => onChange({ keepFiringSeconds })}
      />
      {onRemove && (
        <Button
          className="button button--small rules__add"
          onPress={onRemove}
          aria-label={t('rules.level.remove.of', { n: at + 1 })}
        >
          {t('rules.level.remove')}
        </Button>
      )}
    </fieldset>
  )
}
