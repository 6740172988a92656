import { z } from 'zod'
import { importLines } from '#model/api/import-lines.ts'
import { surveysResponse } from '#model/api/indicators.ts'
import {
  type DraftResponse,
  draftResponse,
  type ImportLine,
  respondentErased,
  type SurveyImported,
  type SurveyRefused,
  surveyErased,
} from '#model/api/survey-import.ts'
import { AppError } from '#model/basics/errors.ts'

const failure = z.object({ detail: z.string() })
const CSV = 'text/csv'
const XLSX = 'application/octet-stream'

export type SurveyClient = ReturnType<typeof createSurveyClient>
export type ImportOutcome = { imported: SurveyImported } | { refused: SurveyRefused }
type Progress = Extract<ImportLine, { step: string }>

/** The survey side of the API, with the key of the city. What it refuses becomes AppError REQUEST_INVALID. */
export function createSurveyClient({ url, key }: { url: string; key: string }) {
  const call = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { ...init.headers, authorization: `Bearer ${key}` }
    const response = await fetch(`${url}/api/v1${path}`, { ...init, headers }).catch((cause: unknown) => {
      throw new AppError('CONFIG_INVALID', `no city answers at ${url}; start it, or say where it is with --url`, {
        cause,
      })
    })
    if (response.ok) return response
    const body = failure.safeParse(await response.json().catch(() => undefined)).data
    throw new AppError('REQUEST_INVALID', body?.detail ?? `${response.status} ${response.statusText}`)
  }
  const json = async <S extends z.ZodType>(schema: S, path: string, init?: RequestInit): Promise<z.output<S>> =>
    schema.parse(await (await call(path, init)).json())
  const path = (id: string): string => `/surveys/${encodeURIComponent(id)}`
  return {
    list: () => json(surveysResponse, '/surveys'),
    draft: (file: Buffer, of: Record<string, string>): Promise<DraftResponse> =>
      json(draftResponse, `/surveys/draft?${new URLSearchParams(of)}`, {
        method: 'POST',
        headers: { 'content-type': file[0] === 0x50 ? XLSX : CSV },
        body: new Uint8Array(file),
      }),
    erase: (id: string, of: Record<string, string>) =>
      json(surveyErased, `${path(id)}?${new URLSearchParams(of)}`, { method: 'DELETE' }),
    eraseRespondent: (id: string, respondent: string) =>
      json(respondentErased, `${path(id)}/respondents/erase`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ respondent }),
      }),
    async send(
      id: string,
      files: { codebook: string; responses: Buffer },
      of: Record<string, string>,
      onProgress: (progress: Progress) => void,
    ): Promise<ImportOutcome> {
      const form = new FormData()
      form.set('codebook', new Blob([files.codebook]), 'codebook.json')
      form.set('responses', new Blob([new Uint8Array(files.responses)]), 'responses')
      const headers = { accept: 'application/x-ndjson' }
      const init = { method: 'PUT', headers, body: form }
      const { body } = await call(`${path(id)}?${new URLSearchParams(of)}`, init)
      for await (const line of body ? importLines(body) : []) {
        if ('step' in line) onProgress(line)
        else if ('failed' in line) throw new AppError('REQUEST_INVALID', line.failed.detail)
        else return line
      }
      throw new AppError(
        'REQUEST_INVALID',
        'the city broke off before it had answered; nothing was stored, send it again',
      )
    },
  }
}
