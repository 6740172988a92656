import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { shiftEntrySchema, shiftLogResponse } from '#model/api/shift-log.ts'
import { change, get } from './client.ts'
import { noteRefusal } from './session.ts'

/** The live feed says at once that something was written; this is for the time without it. */
const REFETCH_MS = 30_000

/** The newest entries, for those who may read them. */
export const shiftLogQuery = (isPermitted: boolean, limit: number) =>
  queryOptions({
    queryKey: ['shift-log', limit],
    queryFn: ({ signal }) => get(shiftLogResponse, '/shift-log', { limit }, signal),
    enabled: isPermitted,
    refetchInterval: REFETCH_MS,
  })

export type ShiftChange =
  | { readonly write: { readonly text: string; readonly at?: string; readonly incidents: readonly string[] } }
  | { readonly handOver: { readonly text: string } }
  | { readonly accept: string }
  | { readonly erase: string }

/** Write, hand over, accept or erase; the log is read again. */
export function useShiftChange() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (wanted: ShiftChange) => {
      if ('write' in wanted) return change(shiftEntrySchema, 'POST', '/shift-log', wanted.write)
      if ('handOver' in wanted) return change(shiftEntrySchema, 'POST', '/shift-log/handovers', wanted.handOver)
      if ('accept' in wanted) return change(shiftEntrySchema, 'POST', `/shift-log/${wanted.accept}/accept`, undefined)
      return change(shiftEntrySchema, 'DELETE', `/shift-log/${wanted.erase}/text`, undefined)
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['shift-log'] }),
    onError: (error) => {
      noteRefusal(client, error)
      // somebody else was faster: the page shows who
      void client.invalidateQueries({ queryKey: ['shift-log'] })
    },
  })
}
