/** Alertmanager API v2: POST /api/v2/alerts (prometheus/alertmanager, api/v2/openapi.yaml). */
import { DAY_MS } from '#model/basics/durations.ts'
import { isEnding, type NotificationEvent } from '#model/notifications/event.ts'
import type { MessageContent } from '#model/notifications/message.ts'
import { alertmanagerConfig, alertmanagerSecret } from '#model/notifications/receiver.ts'
import type { SecretBox } from '../secrets/secret-box.ts'
import { type Channel, openSecret, UNREADABLE_SECRET } from './channel.ts'
import type { SendHttp } from './guarded-http.ts'

/** Without an end, Alertmanager resolves what is not sent again within `resolve_timeout`: it would end before the incident does. */
const OPEN_MS = 30 * DAY_MS

export const alertmanagerChannel =
  ({ send, secrets }: { send: SendHttp; secrets: SecretBox }): Channel =>
  async ({ id, content, config, secret, signal }) => {
    const { url } = alertmanagerConfig.parse(config)
    const token = secret === null ? undefined : openSecret(secrets, secret, alertmanagerSecret)?.token
    if (secret !== null && token === undefined) return UNREADABLE_SECRET
    return send({
      url: `${url.replace(/\/+$/, '')}/api/v2/alerts`,
      body: JSON.stringify(content.events.map((event) => alertOf(event, content))),
      signal,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': `msg_${id}`,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    })
  }

/** Labels identify an alert in Alertmanager: they are the same at its begin and at its end. */
export function alertOf(event: NotificationEvent, { city, body, title, link }: MessageContent) {
  const { incidentId, at, startedAt, endedAt, rule, subject, zoneId, owner, value, unit, severity } = event
  const end = isEnding(event) ? (endedAt ?? at) : new Date(Date.parse(at) + OPEN_MS).toISOString()
  return {
    labels: {
      ...{ alertname: rule.name, incident: incidentId, rule: rule.id, subject: subject.name, city },
      ...(zoneId !== undefined && { zone: zoneId }),
      ...(owner !== undefined && { owner }),
    },
    annotations: {
      ...{ summary: title, description: body, severity },
      ...(value !== undefined && { value: String(value), unit: unit ?? '' }),
    },
    startsAt: startedAt,
    endsAt: end,
    ...(link !== null && { generatorURL: link }),
  }
}
