import { queryOptions } from '@tanstack/react-query'
import { briefResponse } from '#model/api/brief.ts'
import { get } from '../http/client.ts'

/** Without a period the server takes the year with more to compare. */
export const briefQuery = (period: string | undefined) =>
  queryOptions({
    queryKey: ['brief', period],
    queryFn: ({ signal }) => get(briefResponse, '/brief', { period }, signal),
    staleTime: 60_000,
  })
