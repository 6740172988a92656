/**
 * What Sparkplug B messages change and need to know, in the database: sessions, births, and how far each node's messages
 * were counted. Workers hold nothing but a cache of births, which never change.
 *
 *     unborn    --NBIRTH-->                         online
 *     online    --NBIRTH-->                         online    (a new session, or the answer to a request)
 *     online    --NDEATH of the same bdSeq-->       offline   (of another: that session is over already)
 *     offline   --NBIRTH-->                         online
 *     any       --a gap that stays, an unknown alias, data of who is not online-->  the same, and a rebirth is asked for
 */
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import { plainText } from '#model/text/text.ts'
import { readTopic, type SparkplugTopic } from '../../decode/formats/standards/sparkplug.ts'
import { type Metric, readPayload, type SparkplugPayload } from '../../decode/formats/standards/sparkplug-payload.ts'
import type { BirthMetric, SparkplugMemory } from '../../decode/helpers/memory.ts'
import * as rows from './queries.ts'
import { begin, count } from './sequence.ts'

/** A message, as far as it matters here. */
export type Certificate = { readonly topic: string; readonly payload: Uint8Array; readonly receivedAt: Date }
export type Options = {
  /** counted already: it was here before, after the birth of its session, and is looked at again */
  readonly counted: boolean
  /** nothing is waited for any longer: what is unknown now needs a rebirth */
  readonly last: boolean
}
export type Recalled = {
  readonly memory: SparkplugMemory
  /** a metric is named by an alias that no birth has told yet */
  readonly unresolved: boolean
  /** before a birth nothing is counted: this one is to be counted once there is one */
  readonly counted: boolean
}

type Read = SparkplugTopic & { readonly payload: SparkplugPayload; readonly ms: number; readonly options: Options }
type Table = Pick<SparkplugMemory, 'byAlias' | 'byName'>
const NOTHING: Table = { byAlias: new Map(), byName: new Map() }
const CACHED_BIRTHS = 2_000
/** The year 2100: later times are no times. */
const BELIEVED_MS = Date.UTC(2100, 0, 1)

export class SparkplugState {
  readonly #births = new Map<string, Table>()

  /**
   * Notes what the messages say, in order, and returns what each needs to be read; undefined for what is no birth,
   * death or data. Repeating it changes nothing.
   */
  async recall(pool: Pool, messages: readonly (Certificate & Options)[]): Promise<(Recalled | undefined)[]> {
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
      const recalled: (Recalled | undefined)[] = []
      for (const message of reads) {
        const node = message && nodes.get(message.node)
        recalled.push(node && (await this.#one(client, message, node, times.get(message.device) ?? [])))
      }
      await rows.saveNodes(client, [...nodes.values()])
      return recalled
    })
  }

  async #one(db: PoolClient, message: Read, node: rows.NodeState, bornMs: readonly number[]): Promise<Recalled> {
    if (message.type === 'NDEATH') return nodeDies(db, message, node)
    const counted = message.options.counted || message.type === 'NBIRTH' || node.sequence.next !== undefined
    if (message.type === 'NBIRTH') nodeIsBorn(message, node)
    else countData(message, node)
    const ends = message.type === 'DDEATH' && bornMs.length > 0
    const table = message.type.endsWith('DATA')
      ? await this.#table(db, message.device, birthAt(bornMs, message.ms))
      : NOTHING
    const unresolved = message.type.endsWith('DATA') && message.payload.metrics.some((metric) => !isTold(metric, table))
    // Data of who is not online, as far as we know: its birth was lost, or is still with another worker.
    const strange = message.type.endsWith('DATA') && (unresolved || !node.online)
    if (strange && (message.options.last || !unresolved)) node.needsBirth = true
    return { memory: { ...table, ends, devices: [] }, unresolved, counted }
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
    const ms = stated !== undefined && stated < BELIEVED_MS ? stated : receivedAt.getTime()
    return { ...found, payload: content, ms, options: { counted, last } }
  } catch {
    // The decoder says why.
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

const isTold = ({ name, alias }: Metric, table: Table): boolean =>
  Boolean(name) || (alias !== undefined && table.byAlias.has(alias))

/** The birth that held when a message was sent: the last one before it, or, for a message older than all, the first that followed. */
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
  // A birth that is older than the one we know was overtaken.
  if (node.bornMs !== undefined && message.ms < node.bornMs) return
  node.sequence = begin(node.sequence, message.payload.seq ?? 0, message.ms)
  node.bdSeq = bdSeqOf(message)
  node.bornMs = message.ms
  node.online = true
  node.needsBirth = false
}

async function nodeDies(db: PoolClient, message: Read, node: rows.NodeState): Promise<Recalled> {
  // Also when it is offline already: the message may come again because the worker that had it is gone.
  const ends = node.bornMs !== undefined && bdSeqOf(message) === node.bdSeq
  if (ends) {
    node.online = false
    node.needsBirth = false
    node.sequence = { next: undefined, ahead: [] }
  }
  return {
    memory: { ...NOTHING, ends, devices: ends ? await rows.selectDevices(db, node.node) : [] },
    unresolved: false,
    counted: true,
  }
}

function countData({ payload, ms, options }: Read, node: rows.NodeState): void {
  if (options.counted) return
  if (payload.seq === undefined || (node.bornMs !== undefined && ms < node.bornMs)) return
  node.sequence = count(node.sequence, payload.seq, ms)
}
