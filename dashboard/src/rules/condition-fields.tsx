import { useQuery } from '@tanstack/react-query'
import { REGULATED } from '#model/air-quality/standards/schema.ts'
import type { RuleCondition } from '#model/alerting/rule.ts'
import { PROPERTIES, PROPERTY_NAMES } from '#model/observation/properties.ts'
import { airStandardsQuery } from '../air-quality/queries.ts'
import { indicatorsQuery } from '../http/queries.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import type { ConditionDraft } from './draft.ts'
import { Line, NumberLine, OneOf } from './fields.tsx'
import type { Problems } from './problems.ts'

const KINDS = [
  'value',
  'mean',
  'percentile',
  'rate',
  'air_index',
  'legal_threshold',
  'indicator',
  'silence',
  'quality',
  'system',
] as const satisfies readonly RuleCondition['kind'][]
/** Windows below an hour, and whole hours, in minutes. */
const WINDOWS = [5, 10, 15, 30, 60, 180, 480, 720, 1_440, 10_080]
const AVERAGED = ['hour', 'three_hours', 'day_max_8h', 'day'] as const
const PERIODS = ['last-24h', 'last-7d', 'last-30d', 'last-365d'] as const
const MEASURES = ['ledger_difference', 'queue_age_seconds', 'disk_used_percent', 'certificate_days_left'] as const

type Props = {
  readonly condition: ConditionDraft
  readonly problems: Problems
  readonly onChange: (change: Partial<ConditionDraft>) => void
}

/** What is compared with the thresholds: the kind, and what each kind has to know. */
export function ConditionFields(props: Props) {
  const { t } = useI18n()
  const { kind } = props.condition
  return (
    <>
      <OneOf
        label={t('rules.kind')}
        value={kind}
        options={KINDS.map((id) => ({ id, label: t(`rules.kind.${id}`) }))}
        hint={t(`rules.kind.${kind}.what`)}
        onChange={(id) => props.onChange({ kind: id as ConditionDraft['kind'] })}
      />
      {(kind === 'value' || kind === 'mean' || kind === 'percentile' || kind === 'rate') && <Measured {...props} />}
      {kind === 'legal_threshold' && <Legal {...props} />}
      {kind === 'indicator' && <OfIndicator {...props} />}
      {(kind === 'air_index' || kind === 'silence' || kind === 'quality' || kind === 'system') && <Other {...props} />}
    </>
  )
}

function Measured({ condition, problems, onChange }: Props) {
  const i18n = useI18n()
  const { t, property } = i18n
  const names = PROPERTY_NAMES.map((id) => ({ id, label: property(id) })).sort((a, b) => a.label.localeCompare(b.label))
  return (
    <>
      <OneOf
        label={t('rules.property')}
        value={condition.property}
        options={names}
        problem={problems.get('condition.property')}
        onChange={(name) => onChange({ property: name })}
      />
      {condition.kind === 'value' && (
        <Line
          label={t('rules.channel')}
          hint={t('rules.channel.hint')}
          value={condition.channel}
          problem={problems.get('condition.channel')}
          onChange={(channel) => onChange({ channel })}
        />
      )}
      {condition.kind !== 'value' && (
        <OneOf
          label={t('rules.window')}
          value={condition.windowMinutes}
          options={[...new Set([...WINDOWS, Number(condition.windowMinutes)])]
            .sort((a, b) => a - b)
            .map((minutes) => ({ id: String(minutes), label: i18n.span(minutes * 60) }))}
          problem={problems.get('condition.windowMinutes')}
          onChange={(windowMinutes) => onChange({ windowMinutes })}
        />
      )}
      {condition.kind === 'percentile' && (
        <NumberLine
          label={t('rules.percentile')}
          hint={t('rules.percentile.hint')}
          value={condition.percentile}
          problem={problems.get('condition.percentile')}
          onChange={(percentile) => onChange({ percentile })}
        />
      )}
    </>
  )
}

function Legal({ condition, problems, onChange }: Props) {
  const { t, property } = useI18n()
  const standards = useQuery(airStandardsQuery).data?.standards ?? []
  return (
    <>
      <OneOf
        label={t('rules.pollutant')}
        value={condition.pollutant}
        options={REGULATED.map((id) => ({ id, label: property(id) }))}
        problem={problems.get('condition.property') ?? problems.get('condition.pollutant')}
        onChange={(pollutant) => onChange({ pollutant })}
      />
      <OneOf
        label={t('rules.averaged')}
        value={condition.averaged}
        options={AVERAGED.map((id) => ({ id, label: t(`limits.per.${id}`) }))}
        problem={problems.get('condition.per')}
        onChange={(averaged) => onChange({ averaged })}
      />
      <OneOf
        label={t('rules.standard')}
        value={condition.standard}
        options={[
          { id: '', label: t('rules.standard.city') },
          ...standards.map(({ key, name }) => ({ id: key, label: name })),
        ]}
        problem={problems.get('condition.standard')}
        onChange={(standard) => onChange({ standard })}
      />
    </>
  )
}

function OfIndicator({ condition, problems, onChange }: Props) {
  const { t, named } = useI18n()
  const indicators = useQuery(indicatorsQuery).data?.indicators ?? []
  const chosen = indicators.find(({ code }) => code === condition.code)
  return (
    <>
      <OneOf
        label={t('rules.indicator')}
        value={condition.code}
        options={[
          ...(condition.code === '' ? [{ id: '', label: t('rules.choose') }] : []),
          ...indicators.map(({ code, name }) => ({ id: code, label: named('indicator', code, name) })),
        ]}
        problem={problems.get('condition.code')}
        onChange={(code) => onChange({ code, dataPoint: '' })}
      />
      {chosen && chosen.dataPoints.length > 1 && (
        <OneOf
          label={t('rules.dataPoint')}
          value={condition.dataPoint}
          options={[
            { id: '', label: t('rules.dataPoint.first') },
            ...chosen.dataPoints.map(({ id, name }) => ({ id, label: name })),
          ]}
          problem={problems.get('condition.dataPoint')}
          onChange={(dataPoint) => onChange({ dataPoint })}
        />
      )}
      <OneOf
        label={t('period.label')}
        value={condition.period}
        options={PERIODS.map((id) => ({ id, label: t(`period.${id}`) }))}
        onChange={(period) => onChange({ period })}
      />
    </>
  )
}

function Other({ condition, onChange }: Props) {
  const { t } = useI18n()
  switch (condition.kind) {
    case 'air_index':
      return (
        <OneOf
          label={t('rules.scheme')}
          value={condition.scheme}
          options={[
            { id: 'european', label: t('aqi.european') },
            { id: 'us_epa', label: t('aqi.us') },
          ]}
          onChange={(scheme) => onChange({ scheme })}
        />
      )
    case 'silence':
      return (
        <OneOf
          label={t('rules.silenceOf')}
          value={condition.of}
          options={(['thing', 'gateway', 'source'] as const).map((id) => ({ id, label: t(`rules.silenceOf.${id}`) }))}
          onChange={(of) => onChange({ of })}
        />
      )
    case 'quality':
      return (
        <OneOf
          label={t('rules.fault')}
          value={condition.fault}
          options={(['stuck', 'drift'] as const).map((id) => ({ id, label: t(`rules.fault.${id}`) }))}
          onChange={(fault) => onChange({ fault })}
        />
      )
    default:
      return (
        <OneOf
          label={t('rules.measure')}
          value={condition.measure}
          options={MEASURES.map((id) => ({ id, label: t(`rules.measure.${id}`) }))}
          onChange={(measure) => onChange({ measure })}
        />
      )
  }
}

/** Unit of the thresholds, as text; empty where there is none. */
export function unitText(condition: ConditionDraft, { t, unit }: Formatters): string {
  switch (condition.kind) {
    case 'value':
    case 'mean':
    case 'percentile':
      return unit(PROPERTIES.get(condition.property)?.unit ?? '1')
    case 'rate':
      return t('rules.perHour', { unit: unit(PROPERTIES.get(condition.property)?.unit ?? '1') })
    case 'indicator':
    case 'quality':
      return '%'
    case 'silence':
      return t('rules.intervals')
    case 'system':
      return t(`rules.measureUnit.${condition.measure as (typeof MEASURES)[number]}`)
    default:
      return ''
  }
}
