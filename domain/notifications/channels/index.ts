import type { ChannelName } from '#model/notifications/receiver.ts'
import type { SecretBox } from '../secrets/secret-box.ts'
import type { VapidKeys } from '../secrets/vapid.ts'
import { alertmanagerChannel } from './alertmanager.ts'
import type { Channel, SendMessage } from './channel.ts'
import { emailChannel, type MailServer } from './email.ts'
import type { SendHttp } from './guarded-http.ts'
import { mqttChannel, type Publish } from './mqtt.ts'
import { webPushChannel } from './web-push.ts'
import { webhookChannel } from './webhook.ts'

export type ChannelDeps = {
  readonly clock: () => Date
  readonly secrets: SecretBox
  readonly http: SendHttp
  readonly publish: Publish
  readonly mail?: MailServer | undefined
  readonly vapidKeys: () => Promise<VapidKeys>
  readonly contact: string
}

/** Sends by the channel of the receiver. */
export function createSender(deps: ChannelDeps): SendMessage {
  const { clock, secrets, http: send } = deps
  const channels: Readonly<Record<ChannelName, Channel>> = {
    email: emailChannel(deps.mail),
    webhook: webhookChannel({ send, secrets, clock }),
    mqtt: mqttChannel(deps.publish),
    web_push: webPushChannel({ send, secrets, keys: deps.vapidKeys, contact: deps.contact }),
    alertmanager: alertmanagerChannel({ send, secrets }),
    // Feeds are read by their subscribers; the message is in the feed once it is recorded as sent.
    feed: async () => ({ ok: true }),
  }
  return ({ channel, ...delivery }) => channels[channel](delivery)
}
