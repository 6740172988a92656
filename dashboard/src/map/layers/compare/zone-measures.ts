import { localiseDefinition } from '#model/indicators/names/localise.ts'
import { indicatorsQuery, zoneValuesQuery } from '../../../http/queries.ts'
import type { MeasureRef } from '../../../state/measure-ref.ts'
import type { LayerQuery, ReadQuery } from '../../layer-model/layer.ts'
import type { LayerInput } from '../../layer-model/model.ts'
import type { ZoneMeasure } from '../../layer-model/zone-model.ts'
import { coverageMeasure } from '../connectivity/coverage-measure.ts'
import { coverageQueryOf } from '../connectivity/coverage-source.ts'
import { zoneFact } from '../districts/zone-facts.ts'
import { readSurveyMeasure, surveyQueries } from '../survey/survey-queries.ts'
import { indicatorMeasure } from './indicator-measure.ts'

type IndicatorRef = Extract<MeasureRef, { kind: 'indicator' }>

/** What the API must answer before the measure can be shown. */
export function measureQueries(ref: MeasureRef, period: string): readonly LayerQuery[] {
  switch (ref.kind) {
    case 'survey':
      return surveyQueries(ref)
    case 'indicator':
      return [indicatorsQuery, valuesOf(ref, period)]
    case 'coverage':
      return [coverageQueryOf(ref.name)].filter((query) => query !== undefined)
    case 'zone':
      return []
  }
}

/** The number of every district that `ref` stands for; null until the API has answered. */
export function readMeasure(input: LayerInput, ref: MeasureRef, period: string, read: ReadQuery): ZoneMeasure | null {
  switch (ref.kind) {
    case 'survey':
      return readSurveyMeasure(input, ref, read)
    case 'indicator': {
      const indicator = read(indicatorsQuery)?.indicators.find(({ code }) => code === ref.code)
      const values = read(valuesOf(ref, period))
      return indicator && values
        ? indicatorMeasure(input, localiseDefinition(indicator, input.i18n.named), values)
        : null
    }
    case 'coverage': {
      const query = coverageQueryOf(ref.name)
      const coverage = query && read(query)
      return coverage ? coverageMeasure(input, coverage, ref.name) : null
    }
    case 'zone':
      return zoneFact(input, ref.name)
  }
}

const valuesOf = ({ code, dataPoint }: IndicatorRef, period: string) =>
  zoneValuesQuery(code, period, dataPoint === '' ? undefined : dataPoint)
