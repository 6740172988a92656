import { Writer } from 'protobufjs/minimal.js'
import type { Pool } from '#infra/db/pool.ts'
import { NAMESPACE, REBIRTH } from '../../decode/formats/standards/sparkplug.ts'
import { DATATYPE } from '../../decode/formats/standards/sparkplug-payload.ts'
import { claimRebirths, expireGaps, returnClaim } from './queries.ts'

export type RebirthLimits = {
  /** time within which a missing message may still arrive */
  readonly reorderMs: number
  /** minimum time between two requests to a node */
  readonly everyMs: number
}
export const REBIRTH_LIMITS: RebirthLimits = { reorderMs: 5_000, everyMs: 60_000 }

/** A rebirth command: `Node Control/Rebirth` = true (Sparkplug 3.0.0, section 6.4.25, "NCMD"). */
export function rebirthCommand(at: Date): Buffer {
  const metric = new Writer()
  metric.uint32(0x0a).string(REBIRTH).uint32(0x18).uint64(at.getTime()).uint32(0x20).uint32(DATATYPE.Boolean)
  metric.uint32(0x70).bool(true)
  const payload = new Writer().uint32(0x08).uint64(at.getTime()).uint32(0x12).bytes(metric.finish())
  return Buffer.from(payload.finish())
}

/** The command topic of a node, given as `<group>/<node>`. */
export function commandTopic(node: string): string {
  const cut = node.indexOf('/')
  return `${NAMESPACE}/${node.slice(0, cut)}/NCMD/${node.slice(cut + 1)}`
}

/**
 * Requests a rebirth from every node of which a message was lost. Several workers may call it: each node gets one request.
 * @param publish false when there is no connection
 * @returns the nodes that got a request
 */
export async function requestRebirths(
  pool: Pool,
  publish: (topic: string, payload: Buffer) => boolean,
  limits = REBIRTH_LIMITS,
): Promise<string[]> {
  await expireGaps(pool, limits.reorderMs)
  const requested: string[] = []
  for (const node of await claimRebirths(pool, limits.everyMs)) {
    if (publish(commandTopic(node), rebirthCommand(new Date()))) requested.push(node)
    else await returnClaim(pool, node)
  }
  return requested
}
