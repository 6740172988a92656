import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { compareResponse } from '#model/api/compare.ts'
import { get } from '../http/client.ts'
import type { Pair } from '../state/pair.ts'

export const pairQuery = (pair: Pair | undefined, period: string, survey: string | undefined) =>
  queryOptions({
    queryKey: ['compare', pair, period, survey],
    queryFn: ({ signal }) => {
      const { kind = 'periods', a = '', b = '', by } = pair ?? {}
      const of = kind === 'zones' ? { period } : kind === 'groups' ? { survey, by } : {}
      return get(compareResponse, '/compare', { kind, a, b, ...of }, signal)
    },
    enabled: pair !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
