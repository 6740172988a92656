import type { LiveMessage } from '#model/mqtt/live-feed.ts'

/** Committed observations as they are announced, and publishing back to the broker. */
export type LiveSource = {
  /** true between the broker's SUBACK and the loss of the connection: "connected" alone receives nothing */
  subscribed(): boolean
  /** calls `listener` with each valid message; returns how to stop */
  listen(listener: (message: LiveMessage) => void): () => void
  /**
   * Publishes raw bytes with QoS 1; resolves when the broker owns them.
   * @throws AppError BROKER_UNAVAILABLE
   */
  publish(topic: string, payload: Buffer): Promise<void>
}
