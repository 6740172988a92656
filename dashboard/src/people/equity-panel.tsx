import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { EquityResponse, Exposure } from '#model/api/equity.ts'
import { type Tools, useTools } from '../i18n/tools.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Choice } from '../ui/choice.tsx'
import { PeriodSelect } from '../ui/period-select.tsx'
import { Problem } from '../ui/problem.tsx'
import { roundDomain, WhiskerChart } from '../ui/whisker-chart.tsx'
import { ConcentrationChart } from './concentration-chart.tsx'
import { EquityTable } from './equity-table.tsx'
import { equityQuery } from './queries.ts'

/** Who lives with which measured burden and service. */
export function EquityPanel() {
  const tools = useTools()
  const { t } = tools
  const [{ period }] = useViewState()
  const [by, setBy] = useState('zone_income')
  const [chosen, setChosen] = useState<string | null>(null)
  const answer = useQuery(equityQuery(period, by))
  const data = answer.data && inOurWords(answer.data, tools)
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
            choices={data.characteristics.map(({ id, label }) => ({ id, label: groupName(id, label, tools) }))}
            value={by}
            onChange={setBy}
          />
        )}
        <PeriodSelect />
      </div>
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {!data && !answer.error && <p className="loading">{t('app.loading')}</p>}
      {data && !exposure && <p className="note">{t('equity.nothing')}</p>}
      {data && exposure && (
        <div aria-busy={answer.isFetching}>
          <OneExposure exposure={exposure} data={data} />
          <EquityTable data={data} chosen={exposure.id} onChoose={setChosen} />
          <p className="note">{noteOf(data, tools)}</p>
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

/** Fifths of districts have names of ours; the groups of a survey have those of its codebook. */
function inOurWords(data: EquityResponse, tools: Tools): EquityResponse {
  if (data.by !== 'zone_income') return data
  const named = (exposure: Exposure): Exposure => ({
    ...exposure,
    groups: exposure.groups.map((group) => ({ ...group, label: tools.name('equity.fifth', group.key) })),
  })
  return { ...data, exposures: data.exposures.map(named) }
}

/** What the survey asks is in its own words; what zones say is in ours. */
const groupName = (id: string, label: string, { t }: Tools): string =>
  id === 'zone' || id === 'zone_income' ? t(`equity.by.${id}`) : label

function OneExposure({ exposure, data }: { exposure: Exposure; data: EquityResponse }) {
  const tools = useTools()
  const { t } = tools
  const show = (value: number): string => tools.quantity(value, exposure.unit)
  const rows = exposure.groups.map(({ label, value, lower, upper }) => ({
    label,
    value,
    lower,
    upper,
    text: t('equity.none'),
  }))
  const caption = t(data.survey ? 'equity.chart' : 'equity.chart.counted', {
    name: exposure.name,
    unit: tools.unit(exposure.unit),
    confidence: tools.percent(data.confidence),
  })
  const { concentration } = exposure
  return (
    <>
      <p className="people__headline">{headline(exposure, tools)}</p>
      {exposure.widest && <p className="note">{widestText(exposure.widest, exposure.unit, tools)}</p>}
      <div className={concentration ? 'people__pair' : undefined}>
        <figure>
          <figcaption>{caption}</figcaption>
          <WhiskerChart rows={rows} label={caption} domain={roundDomain(rows)} show={tools.number} />
        </figure>
        {concentration && (
          <figure>
            <figcaption>{t('divides.curve')}</figcaption>
            <ConcentrationChart
              curve={concentration.curve}
              label={t('divides.curve')}
              show={(one) => tools.percent(one, 0)}
            />
            <p className="note">{concentrationText(concentration, exposure.kind, tools)}</p>
          </figure>
        )}
      </div>
      <p className="note">
        {t('equity.covered', {
          everybody: show(exposure.everybody),
          zones: exposure.zonesWithValue,
          of: data.zones,
          covered: tools.percent(exposure.covered),
          source: exposure.source,
        })}
      </p>
    </>
  )
}

function concentrationText(
  { value, lower, upper }: NonNullable<Exposure['concentration']>,
  kind: Exposure['kind'],
  tools: Tools,
): string {
  const words = { value: tools.decimal(value, 3), kind }
  if (lower === null || upper === null) return tools.t('equity.concentration', words)
  return tools.t('equity.concentration.interval', {
    ...words,
    lower: tools.decimal(lower, 3),
    upper: tools.decimal(upper, 3),
  })
}

function widestText(widest: NonNullable<Exposure['widest']>, unit: string, tools: Tools): string {
  const { group, against, value, lower, upper, adjustedP, significant, comparisons } = widest
  return tools.t(significant ? 'equity.widest' : 'equity.widest.unsure', {
    group,
    against: against ?? tools.t('divides.rest'),
    gap: tools.quantity(value, unit),
    ...{ lower: tools.number(lower), upper: tools.number(upper) },
    p: tools.decimal(adjustedP, 3),
    comparisons: tools.integer(comparisons),
  })
}

/** The group that is worst off, in words. */
function headline({ name, unit, kind, groups, everybody }: Exposure, tools: Tools): string {
  const known = groups.filter(({ value }) => value !== null)
  const worse = (a: number, b: number): number => (kind === 'burden' ? b - a : a - b)
  const worst = known.toSorted((a, b) => worse(a.value ?? 0, b.value ?? 0))[0]
  if (!worst || worst.value === null || known.length < 2) return tools.t('divides.nothing')
  const words = {
    name,
    group: worst.label,
    value: tools.quantity(worst.value, unit),
    everybody: tools.quantity(everybody, unit),
  }
  if (worst.significant === false) return tools.t('equity.headline.unsure', words)
  return tools.t(kind === 'burden' ? 'equity.headline.burden' : 'equity.headline.service', words)
}

const noteOf = ({ survey, threshold }: EquityResponse, { t }: Tools): string =>
  survey ? t('equity.note.survey', { survey, threshold: threshold ?? 0 }) : t('equity.note.counted')
