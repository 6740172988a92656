import type { Queryable } from '#infra/db/pool.ts'
import { nameCodeOf } from '#model/alerting/default-names.ts'
import { severityRank } from '#model/alerting/states.ts'
import type { ZoneToday } from '#model/api/street.ts'
import type { NotificationEvent } from '#model/notifications/event.ts'

const MAX_ALERTS = 20

// What is public is what a receiver of the channel feed was sent, and nothing else of an incident. Names of gateways, sources and
// parts of the system are for those who run them.
const ALERTS = `
  select distinct on (n.incident_id) n.event
  from notification n
  join notification_message m on m.id = n.message_id and m.state = 'sent'
  join notification_receiver r on r.id = n.receiver_id and r.channel = 'feed' and r.enabled and r.deleted_at is null
  join notification_incident i on i.incident_id = n.incident_id and i.state <> 'ended'
  where n.kind <> 'reminder' and coalesce(n.event ->> 'test', 'false') <> 'true' and n.event #>> '{subject,kind}' <> 'system'
    and (n.event ->> 'zoneId' = $1 or n.event #>> '{subject,kind}' = 'city')
  order by n.incident_id, n.id desc`

/** Alerts that are public and last, of a zone or of the whole city: the most severe first, then the newest. */
export async function openAlerts(db: Queryable, zone: string): Promise<ZoneToday['alerts']> {
  const { rows } = await db.query<{ event: NotificationEvent }>(ALERTS, [zone])
  return rows
    .map(({ event }) => event)
    .sort(
      (a, b) =>
        severityRank(b.severity) - severityRank(a.severity) || Date.parse(b.startedAt) - Date.parse(a.startedAt),
    )
    .slice(0, MAX_ALERTS)
    .map(({ severity, startedAt, rule, subject, affectedThings }) => ({
      ...{ severity, startedAt },
      ...(subject.kind === 'source'
        ? { name: null, nameCode: null, place: null, devices: affectedThings }
        : {
            ...{ name: rule.name, nameCode: nameCodeOf(rule), devices: null },
            place: subject.kind === 'thing' ? subject.name : null,
          }),
    }))
}
