import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import type { Permission } from '#model/access/roles.ts'
import { type SessionResponse, sessionResponse } from '#model/api/access.ts'
import { ApiProblem, change, get } from './client.ts'

const MINUTE = 60_000

/** Who has signed in, and what that role may do. Read again now and then: a session ends by itself. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => get(sessionResponse, '/session', {}, signal),
  staleTime: MINUTE,
  refetchInterval: 5 * MINUTE,
})

/** Whether the reader may do something; nobody may before the session is known. */
export function usePermission(permission: Permission): boolean {
  return useQuery(sessionQuery).data?.permissions.includes(permission) ?? false
}

export type SignIn = { name: string; password: string; code?: string } | { key: string }

export const signIn = (credentials: SignIn): Promise<SessionResponse> =>
  change(sessionResponse, 'POST', '/session', credentials)

/** After a request that was refused for want of a session: the page shows that it has ended. */
export function noteRefusal(client: QueryClient, error: unknown): void {
  if (error instanceof ApiProblem && error.status === 401) void client.invalidateQueries({ queryKey: ['session'] })
}
