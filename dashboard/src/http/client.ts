import type { z } from 'zod'
import { problemSchema } from '#model/api/problem.ts'
import { ROOT } from './root.ts'

/** An error response of the API (RFC 9457); a proxy in between may send less. */
const partialProblemSchema = problemSchema.pick({ title: true, detail: true, code: true, status: true }).partial()

/** A failed request, as shown to the reader. `kind` selects the heading, `detail` comes from the API. */
export class ApiProblem extends Error {
  readonly kind: 'unreachable' | 'refused' | 'unreadable'
  readonly status: number
  readonly code: string
  readonly detail: string

  constructor(kind: ApiProblem['kind'], status: number, code: string, detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options)
    this.name = 'ApiProblem'
    this.kind = kind
    this.status = status
    this.code = code
    this.detail = detail
  }
}

type Query = Readonly<Record<string, string | number | undefined>>

export function apiPath(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
  const text = search.toString()
  return `${ROOT}api/v1${path}${text ? `?${text}` : ''}`
}

/** GET, validated by the schema of the API. @throws ApiProblem */
export async function get<S extends z.ZodType>(
  schema: S,
  path: string,
  query: Query = {},
  signal?: AbortSignal,
): Promise<z.output<S>> {
  return request(schema, apiPath(path, query), { ...(signal && { signal }) })
}

export type ChangeMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A request that changes something, on behalf of whoever has signed in. @throws ApiProblem */
export async function change<S extends z.ZodType>(
  schema: S,
  method: ChangeMethod,
  path: string,
  body: unknown,
): Promise<z.output<S>> {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' }
  return request(schema, apiPath(path), { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
}

async function request<S extends z.ZodType>(schema: S, url: string, init: RequestInit): Promise<z.output<S>> {
  const response = await send(url, init)
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw problemOf(response, body)
  return checked(schema, response, body)
}

/** What was answered, as the schema says. @throws ApiProblem */
export function checked<S extends z.ZodType>(schema: S, { url, status }: Response, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue ? `${issue.path.join('.')}: ${issue.message}` : ''
  throw new ApiProblem('unreadable', status, 'UNREADABLE', `${url} ${where}`, { cause: parsed.error })
}

/** The error in a response that is not ok. */
export function problemOf(response: Response, body: unknown): ApiProblem {
  const problem = partialProblemSchema.safeParse(body).data
  const detail = problem?.detail ?? problem?.title ?? response.statusText
  return new ApiProblem('refused', response.status, problem?.code ?? String(response.status), detail)
}

/** @throws ApiProblem where the server is not reached */
export async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiProblem('unreachable', 0, 'UNREACHABLE', url, { cause: error })
  }
}
