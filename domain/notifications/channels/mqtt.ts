import { mqttConfig } from '#model/notifications/receiver.ts'
import type { Channel } from './channel.ts'

/** Publishes to the city's broker and waits until the broker has acknowledged. */
export type Publish = (topic: string, payload: string) => Promise<void>

/** QoS 1: a broker may deliver twice, and `id` tells. */
export const mqttChannel =
  (publish: Publish): Channel =>
  async ({ id, content, createdAt, config }) => {
    const { topic } = mqttConfig.parse(config)
    await publish(topic, JSON.stringify({ id, time: createdAt.toISOString(), ...content }))
    return { ok: true }
  }
