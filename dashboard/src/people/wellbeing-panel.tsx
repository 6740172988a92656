import { useQuery } from '@tanstack/react-query'
import { useDeferredValue } from 'react'
import type { WellbeingResponse } from '#model/api/wellbeing.ts'
import { zonesQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Choice } from '../ui/choice.tsx'
import { Loading } from '../ui/loading.tsx'
import { PeriodSelect } from '../ui/period-select.tsx'
import { Problem } from '../ui/problem.tsx'
import { wellbeingQuery } from './queries.ts'
import { score } from './score.ts'
import { ChangePart } from './wellbeing-change.tsx'
import { DimensionPart } from './wellbeing-factors.tsx'
import { SensitivityPart } from './wellbeing-sensitivity.tsx'
import { EnvironmentTable } from './wellbeing-tables.tsx'
import { WeightsPart } from './wellbeing-weights.tsx'
import './styles/people.css'
import './wellbeing.css'

/** no zone has this key */
const CITY = '*'

/** The perceived index with adjustable weights, its sensitivity to them, and the measurements to compare it with. */
export function WellbeingPanel() {
  const { t } = useI18n()
  const [{ period, zone, weights }, change] = useViewState()
  const zones = useQuery(zonesQuery).data?.features ?? []
  const answer = useQuery(wellbeingQuery(period, useDeferredValue(weights), zone ?? undefined))
  const { data } = answer
  return (
    <section className="people__part" aria-labelledby="wellbeing">
      <h2 id="wellbeing" className="people__heading">
        {t('wellbeing.title')}
      </h2>
      <p className="note">{t('wellbeing.lead')}</p>
      <div className="people__choices">
        <PeriodSelect />
        <Choice
          label={t('wellbeing.where')}
          choices={[
            { id: CITY, label: t('wellbeing.where.city') },
            ...zones.map(({ properties: { key, name } }) => ({ id: key, label: name })),
          ]}
          value={zone ?? CITY}
          onChange={(id) => change({ zone: id === CITY ? null : id })}
        />
      </div>
      <p>
        <a href="questionnaire">{t('wellbeing.questionnaire')}</a>
      </p>
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {!data && !answer.error && <Loading long="people.computing" />}
      {data && (
        <div aria-busy={answer.isFetching}>
          {data.survey === null ? <p className="missing">{t('wellbeing.noSurvey')}</p> : <Perceived data={data} />}
          <EnvironmentPart environment={data.environment} />
        </div>
      )}
    </section>
  )
}

function Perceived({ data }: { data: WellbeingResponse }) {
  return (
    <>
      <IndexFigure data={data} />
      <WeightsPart />
      {data.dimensions.map((dimension) => (
        <DimensionPart key={dimension.id} dimension={dimension} />
      ))}
      <ChangePart />
    </>
  )
}

function IndexFigure({ data }: { data: WellbeingResponse }) {
  const i18n = useI18n()
  const { t } = i18n
  const { index, sensitivity } = data
  if (index.value === null) return <p className="missing">{i18n.name('wellbeing.missing', index.missing ?? '')}</p>
  const number = (value: number | null): string => (value === null ? t('none') : score(value, i18n))
  return (
    <div>
      <p>
        <span className="wellbeing__index">{number(index.value)}</span>{' '}
        {t('wellbeing.interval', {
          lower: number(index.lower),
          upper: number(index.upper),
          n: i18n.integer(index.n ?? 0),
        })}
      </p>
      {sensitivity && <SensitivityPart sensitivity={sensitivity} />}
    </div>
  )
}

function EnvironmentPart({ environment }: Pick<WellbeingResponse, 'environment'>) {
  const { t } = useI18n()
  return (
    <section className="wellbeing__dimension" aria-labelledby="environment-block">
      <h3 id="environment-block">{t('wellbeing.environment')}</h3>
      <p className="note">{t('wellbeing.environment.lead')}</p>
      <EnvironmentTable environment={environment} />
    </section>
  )
}
