import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { EquityResponse, Exposure } from '#model/api/equity.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { moneyUnit } from '../i18n/money.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Choice } from '../ui/choice.tsx'
import { Loading } from '../ui/loading.tsx'
import { Method } from '../ui/method.tsx'
import { PeriodSelect } from '../ui/period-select.tsx'
import { Picture } from '../ui/picture/picture.tsx'
import { Problem } from '../ui/problem.tsx'
import { roundDomain, WhiskerChart } from '../ui/whisker-chart.tsx'
import { ConcentrationChart } from './concentration-chart.tsx'
import { pText } from './divide-panel.tsx'
import { EquityTable } from './equity-table.tsx'
import { equityQuery } from './queries.ts'
import './styles/people.css'

/** Burdens and services by group of residents. */
export function EquityPanel() {
  const i18n = useI18n()
  const { t } = i18n
  const [{ period }] = useViewState()
  const [by, setBy] = useState('zone_income')
  const [chosen, setChosen] = useState<string | null>(null)
  const answer = useQuery(equityQuery(period, by))
  const data = answer.data && withLabels(answer.data, i18n)
  const exposure = data?.exposures.find(({ id }) => id === chosen) ?? data?.exposures[0]
  return (
    <section className="people__part" aria-labelledby="equity">
      <h2 id="equity" className="people__heading">
        {t('equity.title')}
      </h2>
      <p className="note">{t('equity.lead')}</p>
      <div className="people__choices">
        {data && exposure && (
          <Choice
            label={t('equity.measure')}
            choices={data.exposures.map(({ id, name }) => ({ id, label: name }))}
            value={exposure.id}
            onChange={setChosen}
          />
        )}
        {data && (
          <Choice
            label={t('divides.by')}
            choices={data.characteristics.map(({ id, label }) => ({ id, label: groupName(id, label, i18n) }))}
            value={by}
            onChange={setBy}
          />
        )}
        <PeriodSelect />
      </div>
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {!data && !answer.error && <Loading long="people.computing" />}
      {data && !exposure && <p className="note">{t('equity.nothing')}</p>}
      {data && exposure && (
        <div aria-busy={answer.isFetching}>
          <OneExposure exposure={exposure} data={data} />
          <EquityTable data={data} chosen={exposure.id} onChoose={setChosen} />
          <p className="note">{noteOf(data, i18n)}</p>
          {data.missing.length > 0 && (
            <p className="note">
              {t('equity.missing', { list: data.missing.map(({ name, why }) => `${name} (${why})`).join('; ') })}
            </p>
          )}
        </div>
      )}
    </section>
  )
}

/** Labels of fifths of districts come from the catalogue; labels of survey groups from the codebook. */
function withLabels(data: EquityResponse, i18n: Formatters): EquityResponse {
  if (data.by !== 'zone_income') return data
  const named = (exposure: Exposure): Exposure => ({
    ...exposure,
    groups: exposure.groups.map((group) => ({ ...group, label: i18n.name('equity.fifth', group.key) })),
  })
  return { ...data, exposures: data.exposures.map(named) }
}

/** Labels of survey characteristics come from the codebook, those of zones from the catalogue. */
const groupName = (id: string, label: string, { t }: Formatters): string =>
  id === 'zone' || id === 'zone_income' ? t(`equity.by.${id}`) : label

function OneExposure({ exposure, data }: { exposure: Exposure; data: EquityResponse }) {
  const i18n = useI18n()
  const { t } = i18n
  const show = (value: number): string => i18n.quantity(value, exposure.unit)
  const rows = exposure.groups.map(({ label, value, lower, upper }) => ({
    label,
    value,
    lower,
    upper,
    text: t('equity.none'),
  }))
  const caption = t(data.survey ? 'equity.chart' : 'equity.chart.counted', {
    name: exposure.name,
    unit: i18n.unit(exposure.unit),
    confidence: i18n.percent(data.confidence),
  })
  const { concentration } = exposure
  return (
    <>
      <p className="people__headline">{headline(exposure, i18n)}</p>
      {exposure.widest && (
        <>
          <p className="note">{widestText(exposure.widest, exposure.unit, i18n)}</p>
          <Method>
            {t('method.compared', {
              p: pText(exposure.widest.adjustedP, i18n),
              comparisons: i18n.integer(exposure.widest.comparisons),
            })}
          </Method>
        </>
      )}
      <div className={concentration ? 'people__pair' : undefined}>
        <figure>
          <figcaption>{caption}</figcaption>
          <Picture name={caption}>
            <WhiskerChart rows={rows} label={caption} domain={roundDomain(rows)} show={i18n.number} />
          </Picture>
        </figure>
        {concentration && (
          <figure>
            <figcaption>{t('divides.curve')}</figcaption>
            <ConcentrationChart
              curve={concentration.curve}
              label={t('divides.curve')}
              show={(one) => i18n.percent(one, 0)}
            />
            <p className="note">{concentrationText(concentration, exposure.kind, i18n)}</p>
          </figure>
        )}
      </div>
      <p className="note">
        {t('equity.covered', {
          everybody: show(exposure.everybody),
          zones: exposure.zonesWithValue,
          of: data.zones,
          covered: i18n.percent(exposure.covered),
          source: exposure.source,
        })}
      </p>
    </>
  )
}

function concentrationText(
  { value, lower, upper }: NonNullable<Exposure['concentration']>,
  kind: Exposure['kind'],
  i18n: Formatters,
): string {
  const values = { value: i18n.decimal(value, 3), kind }
  if (lower === null || upper === null) return i18n.t('equity.concentration', values)
  return i18n.t('equity.concentration.interval', {
    ...values,
    lower: i18n.decimal(lower, 3),
    upper: i18n.decimal(upper, 3),
  })
}

function widestText(widest: NonNullable<Exposure['widest']>, unit: string, i18n: Formatters): string {
  const { group, against, value, lower, upper, significant } = widest
  return i18n.t(significant ? 'equity.widest' : 'equity.widest.unsure', {
    group,
    against: against ?? i18n.t('divides.rest'),
    gap: i18n.quantity(value, unit),
    ...{ lower: i18n.number(lower), upper: i18n.number(upper) },
  })
}

/** A sentence about the group that is worst off. */
function headline({ name, unit, kind, groups, everybody }: Exposure, i18n: Formatters): string {
  const known = groups.filter(({ value }) => value !== null)
  const worse = (a: number, b: number): number => (kind === 'burden' ? b - a : a - b)
  const worst = known.toSorted((a, b) => worse(a.value ?? 0, b.value ?? 0))[0]
  if (!worst || worst.value === null || known.length < 2) return i18n.t('divides.nothing')
  const values = {
    name,
    group: worst.label,
    value: i18n.quantity(worst.value, unit),
    everybody: i18n.quantity(everybody, unit),
  }
  if (worst.significant === false) return i18n.t('equity.headline.unsure', values)
  return i18n.t(kind === 'burden' ? 'equity.headline.burden' : 'equity.headline.service', values)
}

function noteOf({ survey, threshold, by, incomeUnit }: EquityResponse, i18n: Formatters): string {
  const { t } = i18n
  if (survey) return t('equity.note.survey', { survey, threshold: threshold ?? 0 })
  if (by !== 'zone_income') return t('equity.note.counted')
  return `${t('equity.note.counted')} ${t('equity.note.income', { unit: moneyUnit(incomeUnit, i18n) })}`
}
