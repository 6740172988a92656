import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { coverageQuery, estimatesQuery, indicatorsQuery, surveysQuery, zoneValuesQuery } from '../../http/queries.ts'
import { parseMeasure } from '../../state/measure-ref.ts'
import type { LayerInput } from '../layer-model/model.ts'
import { COVERAGE } from './connectivity.ts'
import { coverageMeasure } from './coverage-measure.ts'
import { zoneFact } from './districts.ts'
import { indicatorMeasure } from './indicator-measure.ts'
import { surveyMeasure } from './survey.ts'
import type { ZoneLayer } from './zone-layer.ts'

/** The number of every district that `name` stands for (app/measure-ref.ts); asks the API only for what its kind needs. */
export function useMeasure(name: string | null, period: string, input: LayerInput | null) {
  const ref = useMemo(() => parseMeasure(name), [name])
  const asked = ref?.kind === 'survey' ? ref : null
  const surveys = useQuery({ ...surveysQuery, enabled: asked !== null })
  const by = asked?.among ? `zone,${asked.among.name}` : 'zone'
  const estimates = useQuery(estimatesQuery(asked?.survey, asked?.question ?? '', by, asked?.answer ?? undefined))
  const code = ref?.kind === 'indicator' ? ref.code : undefined
  const dataPoint = ref?.kind === 'indicator' && ref.dataPoint !== '' ? ref.dataPoint : undefined
  const indicators = useQuery({ ...indicatorsQuery, enabled: code !== undefined })
  const zoneValues = useQuery(zoneValuesQuery(code, period, dataPoint))
  const radio = ref?.kind === 'coverage' ? COVERAGE[ref.name] : undefined
  const coverage = useQuery({ ...coverageQuery(radio?.property ?? '', radio?.channel), enabled: radio !== undefined })

  const measure = useMemo((): ZoneLayer | null => {
    if (!ref || !input) return null
    switch (ref.kind) {
      case 'survey': {
        const survey = surveys.data?.surveys.find(({ id }) => id === ref.survey)
        return survey && estimates.data ? surveyMeasure(input, survey, estimates.data, ref.among) : null
      }
      case 'indicator': {
        const indicator = indicators.data?.indicators.find((one) => one.code === ref.code)
        return indicator && zoneValues.data ? indicatorMeasure(input, indicator, zoneValues.data) : null
      }
      case 'coverage':
        return coverage.data ? coverageMeasure(input, coverage.data, ref.name) : null
      case 'zone':
        return zoneFact(input, ref.name)
    }
  }, [ref, input, surveys.data, estimates.data, indicators.data, zoneValues.data, coverage.data])
  return { measure, queries: [surveys, estimates, indicators, zoneValues, coverage] }
}
