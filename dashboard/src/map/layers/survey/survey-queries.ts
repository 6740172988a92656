import { estimatesQuery, surveysQuery } from '../../../http/queries.ts'
import type { LayerQuery, ReadQuery } from '../../layer-model/layer.ts'
import type { LayerInput } from '../../layer-model/model.ts'
import type { ZoneMeasure } from '../../layer-model/zone-model.ts'
import { surveyMeasure } from './survey-measure.ts'
import type { SurveyRef } from './survey-ref.ts'

const estimatesOf = ({ survey, question, answer, among }: SurveyRef) =>
  estimatesQuery(survey, question, among ? `zone,${among.name}` : 'zone', answer ?? undefined)

export const surveyQueries = (ref: SurveyRef): readonly LayerQuery[] => [surveysQuery, estimatesOf(ref)]

/** Null until survey and estimates are there. */
export function readSurveyMeasure(input: LayerInput, ref: SurveyRef, read: ReadQuery): ZoneMeasure | null {
  const survey = read(surveysQuery)?.surveys.find(({ id }) => id === ref.survey)
  const estimates = read(estimatesOf(ref))
  return survey && estimates ? surveyMeasure(input, survey, estimates, ref.among) : null
}
