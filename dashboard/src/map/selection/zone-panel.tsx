import { useQuery } from '@tanstack/react-query'
import { Button } from 'react-aria-components'
import type { ThingFeature } from '#model/api/city.ts'
import { AirIndexPanel } from '../../air-quality/air-index-panel.tsx'
import { LimitsPanel } from '../../air-quality/limits-panel.tsx'
import { WhoPanel } from '../../air-quality/who-panel.tsx'
import { estimatesQuery, indicatorsQuery, surveysQuery, zoneValuesQuery } from '../../http/queries.ts'
import { type Formatters, useI18n } from '../../i18n/formatters.ts'
import { moneyUnit } from '../../i18n/money.ts'
import { useViewState } from '../../state/use-view-state.ts'
import type { Zone } from '../layer-model/zone-model.ts'
import { electricityCode } from '../layers/energy/consumption.ts'
import { byZoneOf } from '../layers/survey/survey-measure.ts'
import { newestOf } from '../layers/survey/survey-ref.ts'
import { ZoneVoices } from './zone-voices.tsx'
import './zone-panel.css'

type ZonePanelProps = {
  readonly zone: Zone
  readonly things: readonly ThingFeature[]
  readonly onSelect: (id: string | null) => void
}

/** A district: its people, its air, its indicators, what the survey says of it, and the Things in it. */
export function ZonePanel({ zone, things, onSelect }: ZonePanelProps) {
  const i18n = useI18n()
  const { t, integer, number, name } = i18n
  const inside = things.filter(({ properties }) => properties.zone === zone.key)
  const facts: [string, string][] = [
    [t('column.population'), zone.population === null ? t('none') : integer(zone.population)],
    [t('zone.households'), zone.households === null ? t('none') : integer(zone.households)],
    [t('districts.title.income'), incomeText(zone, i18n)],
    [t('zone.area'), `${number(zone.areaKm2)}\u202f${t('unit.km2')}`],
  ]
  return (
    <article>
      <p className="eyebrow">{t('column.zone')}</p>
      <h2 className="selection__title">{zone.name}</h2>
      <dl className="facts">
        {facts.map(([term, text]) => (
          <div key={term} className="facts__row">
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {zone.airIndex.stations > 0 ? (
        <AirIndexPanel index={zone.airIndex} />
      ) : (
        <p className="note">{t('districts.noStation')}</p>
      )}
      <WhoPanel level="zone" placeKey={zone.key} />
      <LimitsPanel level="zone" placeKey={zone.key} />
      <h3 className="selection__heading">{t('zone.indicators')}</h3>
      <Consumption zone={zone} />
      <SurveyEstimate zone={zone} />
      <ZoneVoices zone={zone.key} />
      <h3 className="selection__heading">{t('zone.things', { n: inside.length })}</h3>
      <ul className="things">
        {inside.map(({ properties }) => (
          <li key={properties.key}>
            <Button className="things__item" onPress={() => onSelect(`thing:${properties.key}`)}>
              <span>{properties.name}</span>
              <span className="note">{name('kind', properties.kind)}</span>
            </Button>
          </li>
        ))}
      </ul>
    </article>
  )
}

const incomeText = ({ income, incomeUnit }: Zone, i18n: Formatters): string =>
  income === null ? i18n.t('none') : `${i18n.integer(income)} (${moneyUnit(incomeUnit, i18n)})`

function Consumption({ zone }: { zone: Zone }) {
  const { t, number, unit, name, percent, integer } = useI18n()
  const [{ period }] = useViewState()
  const indicators = useQuery(indicatorsQuery)
  const code = electricityCode(indicators.data?.indicators)
  const values = useQuery(zoneValuesQuery(code, period))
  const found = values.data?.zones.find((entry) => entry.zone === zone.key)
  if (!values.data || !found) return null
  return (
    <div className="figure">
      <p className="figure__name">{t('energy.title.zones')}</p>
      <p>
        <span className="figure__value">{found.value === null ? t('none') : number(found.value)}</span>{' '}
        <span className="note">{unit(values.data.unit)}</span>
      </p>
      <p className="note">
        {found.value === null
          ? found.missing
          : t('zone.basis', {
              period: name('period', values.data.period),
              n: found.n === null ? t('none') : integer(found.n),
              capture: found.dataCapture === null ? t('none') : percent(found.dataCapture),
            })}
      </p>
    </div>
  )
}

function SurveyEstimate({ zone }: { zone: Zone }) {
  const { t, name, percent, integer } = useI18n()
  const surveys = useQuery(surveysQuery)
  const survey = newestOf(surveys.data?.surveys)
  const question = survey?.questions.find(({ indicator }) => indicator === 'HH6') ?? survey?.questions[0]
  const estimates = useQuery(estimatesQuery(survey?.id, question?.column ?? '', 'zone'))
  if (!survey || !estimates.data) return null
  const found = byZoneOf(survey, estimates.data.estimates).get(zone.key)
  const { value = null, lower = null, upper = null, n = null } = found ?? {}
  return (
    <div className="figure">
      <p className="figure__name">{question?.text}</p>
      <p className="figure__value">{value === null ? t('none') : percent(value)}</p>
      <p className="note">
        {value === null || lower === null || upper === null
          ? found?.suppressed
            ? name('suppressed', found.suppressed)
            : t('survey.none')
          : t('zone.estimate', {
              lower: percent(lower),
              upper: percent(upper),
              confidence: percent(estimates.data.confidence),
              n: n === null ? t('none') : integer(n),
            })}
      </p>
    </div>
  )
}
