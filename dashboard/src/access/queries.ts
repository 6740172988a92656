import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { accountsResponse, ownAccount, tokensResponse } from '#model/api/access.ts'
import { auditResponse, auditVerification } from '#model/api/audit.ts'
import { get } from '../http/client.ts'
import { useSend } from '../http/use-send.ts'

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
export const useAccessChange = () => useSend(['access'])
