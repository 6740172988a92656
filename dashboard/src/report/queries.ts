import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { reportResponse, type SheetProblem, sheetImported, sheetRefused } from '#model/api/reports.ts'
import { ApiProblem, apiPath, get } from '../http/client.ts'

export const reportQuery = (period: string) =>
  queryOptions({
    queryKey: ['report', period],
    queryFn: ({ signal }) => get(reportResponse, '/indicators/report', { period }, signal),
    staleTime: 60_000,
  })

export type SheetAnswer =
  | { readonly kind: 'imported'; readonly answer: z.infer<typeof sheetImported> }
  | { readonly kind: 'refused'; readonly problems: readonly SheetProblem[] }

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const failureSchema = z.object({ code: z.string().optional(), detail: z.string().optional() })

/** Sends a collection sheet with the city key. @throws ApiProblem if the file could not be checked at all */
export async function sendSheet(
  file: File,
  { period, by, key }: { period: string; by: string; key: string },
): Promise<SheetAnswer> {
  const headers = {
    'content-type': file.name.toLowerCase().endsWith('.xlsx') ? XLSX : 'text/csv',
    authorization: `Bearer ${key}`,
  }
  const url = apiPath('/indicators/sheet', { period, ...(by && { by }) })
  const response = await fetch(url, { method: 'POST', headers, body: file }).catch((error: unknown) => {
    throw new ApiProblem('unreachable', 0, 'UNREACHABLE', url, { cause: error })
  })
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok) return { kind: 'imported', answer: sheetImported.parse(body) }
  const refused = sheetRefused.safeParse(body)
  if (refused.success) return { kind: 'refused', problems: refused.data.problems }
  const failure = failureSchema.safeParse(body).data
  throw new ApiProblem('refused', response.status, failure?.code ?? '', failure?.detail ?? response.statusText)
}
