import { surveysQuery } from '../../../http/queries.ts'
import { endOfDay } from '../../../state/local-day.ts'
import type { MapLayer } from '../../layer-model/layer.ts'
import { zoneModel } from '../../layer-model/zone-model.ts'
import { SurveyChoices } from './survey-choices.tsx'
import { readSurveyMeasure, surveyQueries } from './survey-queries.ts'
import { SurveyQuestion } from './survey-question.tsx'
import { surveyRefOf } from './survey-ref.ts'

export const surveyLayer = {
  id: 'survey',
  measures: ['internet'],
  // questions are named by the codebook of the city
  acceptsMeasure: (name) => /^\w{1,60}$/.test(name),
  queries: (choice, read) => {
    const ref = surveyRefOf(read(surveysQuery)?.surveys, choice)
    return ref ? surveyQueries(ref) : [surveysQuery]
  },
  moment: (choice, read, timeZone) => {
    const surveys = read(surveysQuery)?.surveys
    const ref = surveyRefOf(surveys, choice)
    const survey = surveys?.find(({ id }) => id === ref?.survey)
    return survey ? endOfDay(survey.to, timeZone) - 1 : null
  },
  model: (input, choice, read) => {
    const ref = surveyRefOf(read(surveysQuery)?.surveys, choice)
    const measure = ref && readSurveyMeasure(input, ref, read)
    return measure && zoneModel(input, measure)
  },
  draws: () => 'areas',
  Choices: SurveyChoices,
  FurtherChoice: SurveyQuestion,
} as const satisfies MapLayer
