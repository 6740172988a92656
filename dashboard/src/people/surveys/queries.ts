import { importLines } from '#model/api/import-lines.ts'
import {
  type DraftResponse,
  draftResponse,
  type ImportLine,
  respondentErased,
  type SurveyImported,
  type SurveyRefused,
  surveyErased,
} from '#model/api/survey-import.ts'
import { ApiProblem, apiPath, change, problemOf } from '../../http/client.ts'

export type ImportAnswer = { imported: SurveyImported } | { refused: SurveyRefused }
export type ImportProgress = Extract<ImportLine, { step: string }>

const surveyPath = (id: string): string => `/surveys/${encodeURIComponent(id)}`

/** A draft codebook for a file. @throws ApiProblem */
export async function draftSurvey(file: File): Promise<DraftResponse> {
  const name = file.name.replace(/\.[A-Za-z0-9]+$/, '')
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  const type = file.name.toLowerCase().endsWith('.xlsx') ? 'application/octet-stream' : 'text/csv'
  const url = apiPath('/surveys/draft', { id: id || 'survey', title: name })
  const response = await send(url, { method: 'POST', headers: { 'content-type': type }, body: file })
  return draftResponse.parse(await response.json())
}

export type SurveyFiles = { readonly id: string; readonly codebook: string; readonly responses: File }

/** Sends codebook and answers; with `check` nothing is stored. @throws ApiProblem */
export async function importSurvey(
  { id, codebook, responses }: SurveyFiles,
  { check, by }: { check: boolean; by: string },
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportAnswer> {
  const form = new FormData()
  form.set('codebook', new Blob([codebook]), 'codebook.json')
  form.set('responses', responses)
  const url = apiPath(surveyPath(id), { check: String(check), ...(by && { by }) })
  const { body } = await send(url, { method: 'PUT', headers: { accept: 'application/x-ndjson' }, body: form })
  for await (const line of body ? importLines(body) : []) {
    if ('step' in line) onProgress(line)
    else if ('failed' in line) throw new ApiProblem('refused', line.failed.status, line.failed.code, line.failed.detail)
    else return line
  }
  throw new ApiProblem('unreachable', 0, 'UNREACHABLE', url)
}

export const eraseSurvey = (id: string) => change(surveyErased, 'DELETE', surveyPath(id), undefined)

export const eraseRespondent = (id: string, respondent: string) =>
  change(respondentErased, 'POST', `${surveyPath(id)}/respondents/erase`, { respondent })

async function send(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((error: unknown) => {
    throw new ApiProblem('unreachable', 0, 'UNREACHABLE', url, { cause: error })
  })
  if (response.ok) return response
  throw problemOf(response, await response.json().catch(() => undefined))
}
