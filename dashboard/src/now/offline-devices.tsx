import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { offlineThingsQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { offlineSince } from '../live/offline.ts'
import { useLatest } from '../live/use-latest.ts'
import { useLive } from '../live/use-live.ts'
import { hrefOf, useViewState } from '../state/use-view-state.ts'
import { durationText } from './incident-text.ts'
import './offline-devices.css'

const MAX_SHOWN = 50

/** Devices that were said to be offline, the newest first: known at once, long before their silence shows. */
export function OfflineDevices({ now }: { readonly now: number }) {
  const i18n = useI18n()
  const { t, dateTime } = i18n
  const [state] = useViewState()
  const { data } = useQuery(offlineThingsQuery)
  useLiveOffline()
  const latestOf = useLatest()
  if (!data) return null
  const offline = data.features
    .flatMap((thing) => {
      const since = offlineSince(thing, latestOf)
      return since === null ? [] : [{ ...thing.properties, since }]
    })
    .sort((a, b) => b.since - a.since)
  return (
    <section className="offline-devices" aria-labelledby="offline-devices">
      <h2 id="offline-devices" className="offline-devices__title">
        {t('now.offline')}
      </h2>
      <p className="note" role="status">
        {t('now.offline.count', { n: offline.length })}
      </p>
      {offline.length > 0 && (
        <ul className="offline-devices__list" aria-labelledby="offline-devices">
          {offline.slice(0, MAX_SHOWN).map(({ key, name, since }) => (
            <li key={key}>
              <a href={hrefOf({ ...state, view: 'map', select: { type: 'thing', key } })}>{name}</a>{' '}
              <span className="note">
                {t('now.offline.since', {
                  at: dateTime(since),
                  duration: durationText(Math.max(0, (now - since) / 1000), i18n),
                })}
              </span>
            </li>
          ))}
        </ul>
      )}
      {offline.length > MAX_SHOWN && <p className="note">{t('now.offline.more', { n: offline.length - MAX_SHOWN })}</p>}
    </section>
  )
}

/** Reads the list again as soon as the live feed says that one more is offline; who is back is known by the feed itself. */
function useLiveOffline(): void {
  const client = useQueryClient()
  const { offlineEvents } = useLive()
  useEffect(() => {
    if (offlineEvents > 0) void client.invalidateQueries({ queryKey: ['things', 'offline'] })
  }, [client, offlineEvents])
}
