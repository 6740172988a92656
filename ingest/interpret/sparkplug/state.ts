/**
 * State of Sparkplug B sessions in the database: sessions, births, and the sequence number up to which the messages of each
 * node are counted. Workers keep only a cache of births, which never change.
 *
 *     unborn    --NBIRTH-->                         online
 *     online    --NBIRTH-->                         online    (a new session, or the answer to a request)
 *     online    --NDEATH of the same bdSeq-->       offline   (of another: that session is over already)
 *     offline   --NBIRTH-->                         online
 *     any       --a lasting gap, an unknown alias, data of an offline node-->  the same, and a rebirth is requested
 */
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import { plainText } from '#model/text/storable-text.ts'
import { readTopic, type SparkplugTopic } from '../../decode/formats/standards/sparkplug.ts'
import { type Metric, readPayload, type SparkplugPayload } from '../../decode/formats/standards/sparkplug-payload.ts'
import type { BirthMetric, SparkplugContext } from '../../decode/helpers/decoding-context.ts'
import * as rows from './queries.ts'
import { begin, count } from './sequence.ts'

/** The parts of a message that are used here. */
export type Certificate = { readonly topic: string; readonly payload: Uint8Array; readonly receivedAt: Date }
export type Options = {
  /** already counted in an earlier lookup, after the birth of its session */
  readonly counted: boolean
  /** no further lookup follows: whatever is unknown now needs a rebirth */
  readonly last: boolean
}
export type FoundContext = {
  readonly context: SparkplugContext
  /** a metric has an alias that no birth has defined yet */
  readonly unresolved: boolean
  /** false before a birth: the message is to be counted once there is one */
  readonly counted: boolean
}

type Read = SparkplugTopic & { readonly payload: SparkplugPayload; readonly ms: number; readonly options: Options }
type Table = Pick<SparkplugContext, 'byAlias' | 'byName'>
const NOTHING: Table = { byAlias: new Map(), byName: new Map() }
const CACHED_BIRTHS = 2_000
/** The year 2100: later timestamps are not plausible. */
const MAX_PLAUSIBLE_MS = Date.UTC(2100, 0, 1)

export class SparkplugState {
  readonly #births = new Map<string, Table>()

  /**
   * Applies the messages to the state, in order, and returns the context of each; undefined for a message that is not a
   * birth, death or data. Idempotent.
   */
  async lookUp(pool: Pool, messages: readonly (Certificate & Options)[]): Promise<(FoundContext | undefined)[]> {
    const reads = messages.map((message) => read(message))
    if (reads.every((message) => !message)) return reads.map(() => undefined)
    return inTransaction(pool, async (client) => {
      const nodes = await rows.lockNodes(
        client,
        reads.flatMap((message) => (message ? [message.node] : [])),
      )
      for (const message of reads) if (message?.type.endsWith('BIRTH')) await rows.saveBirth(client, birthOf(message))
      const times = await rows.selectBirthTimes(
        client,
        reads.flatMap((message) => (message ? [message.device] : [])),
      )
      const contexts: (FoundContext | undefined)[] = []
      for (const message of reads) {
        const node = message && nodes.get(message.node)
        contexts.push(node && (await this.#apply(client, message, node, times.get(message.device) ?? [])))
      }
      await rows.saveNodes(client, [...nodes.values()])
      return contexts
    })
  }

  async #apply(db: PoolClient, message: Read, node: rows.NodeState, bornMs: readonly number[]): Promise<FoundContext> {
    if (message.type === 'NDEATH') return nodeDies(db, message, node)
    const counted = message.options.counted || message.type === 'NBIRTH' || node.sequence.next !== undefined
    if (message.type === 'NBIRTH') nodeIsBorn(message, node)
    else countData(message, node)
    const ends = message.type === 'DDEATH' && bornMs.length > 0
    const table = message.type.endsWith('DATA')
      ? await this.#table(db, message.device, birthAt(bornMs, message.ms))
      : NOTHING
    const unresolved =
      message.type.endsWith('DATA') && message.payload.metrics.some((metric) => !isDefined(metric, table))
    // Data of a node that is not known to be online: its birth was lost, or is still with another worker.
    const isUnexpected = message.type.endsWith('DATA') && (unresolved || !node.online)
    if (isUnexpected && (message.options.last || !unresolved)) node.needsBirth = true
    return { context: { ...table, ends, devices: [] }, unresolved, counted }
  }

  async #table(db: PoolClient, device: string, bornMs: number | undefined): Promise<Table> {
    if (bornMs === undefined) return NOTHING
    const key = `${bornMs} ${device}`
    const cached = this.#births.get(key)
    if (cached) return cached
    const table = tableOf(await rows.selectBirth(db, device, bornMs))
    if (this.#births.size >= CACHED_BIRTHS) this.#births.clear()
    this.#births.set(key, table)
    return table
  }
}

function read({ topic, payload, receivedAt, counted, last }: Certificate & Options): Read | undefined {
  const found = readTopic(plainText(topic).split('/'))
  if (!found || found.type.endsWith('CMD')) return undefined
  try {
    const content = readPayload(payload)
    const stated = content.timestamp
    const ms = stated !== undefined && stated < MAX_PLAUSIBLE_MS ? stated : receivedAt.getTime()
    return { ...found, payload: content, ms, options: { counted, last } }
  } catch {
    // The decoder gives the reason.
    return undefined
  }
}

function birthOf({ device, node, ms, payload }: Read): rows.Birth {
  const metrics = payload.metrics.flatMap(({ name, alias, datatype, unit }): BirthMetric[] =>
    name
      ? [
          {
            name: plainText(name),
            alias,
            datatype: datatype ?? 0,
            unit: unit === undefined ? undefined : plainText(unit),
          },
        ]
      : [],
  )
  return { device, node, bornMs: ms, metrics }
}

function tableOf(metrics: readonly BirthMetric[]): Table {
  return {
    byAlias: new Map(
      metrics.flatMap((metric) => (metric.alias === undefined ? [] : [[metric.alias, metric] as const])),
    ),
    byName: new Map(metrics.map((metric) => [metric.name, metric])),
  }
}

const isDefined = ({ name, alias }: Metric, table: Table): boolean =>
  Boolean(name) || (alias !== undefined && table.byAlias.has(alias))

/** The birth in force when a message was sent: the last one before it; for a message older than all, the first one. */
const birthAt = (bornMs: readonly number[], ms: number): number | undefined =>
  bornMs.findLast((born) => born <= ms) ?? bornMs[0]

/** The number of the session, which ties a death to its birth. */
function bdSeqOf({ payload }: Read): number | undefined {
  const value = payload.metrics.find(({ name }) => name === 'bdSeq')?.value
  return value && (value.kind === 'long' || value.kind === 'int')
    ? Number(BigInt.asUintN(53, BigInt(value.value)))
    : undefined
}

function nodeIsBorn(message: Read, node: rows.NodeState): void {
  // A birth older than the stored one arrived late.
  if (node.bornMs !== undefined && message.ms < node.bornMs) return
  node.sequence = begin(node.sequence, message.payload.seq ?? 0, message.ms)
  node.bdSeq = bdSeqOf(message)
  node.bornMs = message.ms
  node.online = true
  node.needsBirth = false
}

async function nodeDies(db: PoolClient, message: Read, node: rows.NodeState): Promise<FoundContext> {
  // Also when the node is already offline: the message may be redelivered after its worker was killed.
  const ends = node.bornMs !== undefined && bdSeqOf(message) === node.bdSeq
  if (ends) {
    node.online = false
    node.needsBirth = false
    node.sequence = { next: undefined, ahead: [] }
  }
  return {
    context: { ...NOTHING, ends, devices: ends ? await rows.selectDevices(db, node.node) : [] },
    unresolved: false,
    counted: true,
  }
}

function countData({ payload, ms, options }: Read, node: rows.NodeState): void {
  if (options.counted) return
  if (payload.seq === undefined || (node.bornMs !== undefined && ms < node.bornMs)) return
  node.sequence = count(node.sequence, payload.seq, ms)
}
