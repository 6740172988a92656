import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { maintenances, notifications, receivers, silences } from '#model/api/notifications.ts'
import { get } from './client.ts'
import { usePermission } from './session.ts'

const SOON = 15_000
/** Asked for only by those who may read it. */
const whenPermitted = (isPermitted: boolean) => ({ enabled: isPermitted, refetchInterval: SOON })

export const receiversQuery = (isPermitted: boolean) =>
  queryOptions({
    queryKey: ['notifications', 'receivers'],
    queryFn: ({ signal }) => get(receivers, '/receivers', {}, signal),
    ...whenPermitted(isPermitted),
  })
export const silencesQuery = (isPermitted: boolean) =>
  queryOptions({
    queryKey: ['notifications', 'silences'],
    queryFn: ({ signal }) => get(silences, '/silences', {}, signal),
    ...whenPermitted(isPermitted),
  })
export const maintenanceQuery = (isPermitted: boolean) =>
  queryOptions({
    queryKey: ['notifications', 'maintenance'],
    queryFn: ({ signal }) => get(maintenances, '/maintenance-windows', {}, signal),
    ...whenPermitted(isPermitted),
  })
export const messagesQuery = (isPermitted: boolean, state: string | undefined) =>
  queryOptions({
    queryKey: ['notifications', 'messages', state],
    queryFn: ({ signal }) => get(notifications, '/notifications', { state, limit: 50 }, signal),
    ...whenPermitted(isPermitted),
  })

/** Whether the reader may see and change this section, and how to load it again after a change. */
export function useNotificationAccess(): { readonly isPermitted: boolean; readonly reload: () => void } {
  const client = useQueryClient()
  const isPermitted = usePermission('notify')
  return { isPermitted, reload: () => void client.invalidateQueries({ queryKey: ['notifications'] }) }
}
