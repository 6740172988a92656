import { keepPreviousData, queryOptions, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { accountsResponse, ownAccount, tokensResponse } from '#model/api/access.ts'
import { auditResponse, auditVerification } from '#model/api/audit.ts'
import { type ChangeMethod, change, get } from '../http/client.ts'
import { noteRefusal } from '../http/session.ts'

export const accountQuery = queryOptions({
  queryKey: ['access', 'account'],
  queryFn: ({ signal }) => get(ownAccount, '/account', {}, signal),
})

export const accountsQuery = queryOptions({
  queryKey: ['access', 'accounts'],
  queryFn: ({ signal }) => get(accountsResponse, '/accounts', { limit: 500 }, signal),
})

export const tokensQuery = queryOptions({
  queryKey: ['access', 'tokens'],
  queryFn: ({ signal }) => get(tokensResponse, '/tokens', {}, signal),
})

export type AuditFilter = { action?: string; actor?: string; subject?: string; cursor?: string }

export const auditQuery = (filter: AuditFilter) =>
  queryOptions({
    queryKey: ['access', 'audit', filter],
    queryFn: ({ signal }) => get(auditResponse, '/audit', { ...filter, limit: 50 }, signal),
    placeholderData: keepPreviousData,
  })

export const verificationQuery = queryOptions({
  queryKey: ['access', 'verification'],
  queryFn: ({ signal }) => get(auditVerification, '/audit/verification', {}, signal),
  enabled: false,
})

/** Sends a change of accounts or tokens and reloads what the page shows of them. */
export function useAccessChange() {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  const send = async <S extends z.ZodType>(
    schema: S,
    method: ChangeMethod,
    path: string,
    body?: unknown,
  ): Promise<z.output<S> | undefined> => {
    setBusy(true)
    setError(null)
    try {
      const answer = await change(schema, method, path, body)
      void client.invalidateQueries({ queryKey: ['access'] })
      return answer
    } catch (problem) {
      noteRefusal(client, problem)
      setError(problem instanceof Error ? problem : new Error(String(problem)))
      return undefined
    } finally {
      setBusy(false)
    }
  }
  return { send, busy, error }
}
