/**
 * Which unknown devices may register themselves.
 *
 *     unknown  --within the quotas-->                  registered, unconfirmed
 *     unknown  --beyond a quota-->                     refused, `registration_limit`; again at its next message
 *     unknown  --the city approves new devices-->      refused, `awaiting_approval`; listed in pending_device
 *     listed   --a person approves it-->               registered, confirmed, at its next message or the replay of one
 */
import type { Queryable } from '#infra/db/pool.ts'
import { REGISTRATION, type Registration } from '#model/city/city-pack.ts'
import {
  countByClient,
  countSelfRegistered,
  type PendingDevices,
  type SelfRegistered,
  selectPending,
} from './queries.ts'

/** `initial` unconfirmed Things in total, and beyond that `perHour` within any hour. */
type Quota = { readonly initial: number; readonly perHour: number }

export type AdmissionRules = {
  readonly quota: Quota
  /** the same for each client */
  readonly perClient: Quota
  /** new devices wait until a person approves them */
  readonly approval: boolean
  /** who publishes this topic, as far as that is known */
  readonly clientOf: (topic: string) => string
}

/** A broker does not tell a subscriber who published: the first levels of the topic then stand for the client. */
const CLIENT_LEVELS = 2
const topicClient = (topic: string): string => `topic:${topic.split('/').slice(0, CLIENT_LEVELS).join('/')}`

/** @param publisherOf the client that last published to a topic, where the broker tells */
export function admissionRules(
  { perClient, approval, ...quota }: Registration = REGISTRATION,
  publisherOf?: (topic: string) => string | undefined,
): AdmissionRules {
  return {
    ...{ quota, approval },
    perClient: perClient ?? { initial: Math.ceil(quota.initial / 2), perHour: Math.ceil(quota.perHour / 2) },
    clientOf: (topic) => {
      const publisher = publisherOf?.(topic)
      return publisher === undefined ? topicClient(topic) : `client:${publisher}`
    },
  }
}

/** Pending devices that are listed; those beyond it are refused as beyond the quota. */
const MAX_PENDING_DEVICES = 10_000

export type Candidate = { readonly device: string; readonly topic: string; readonly client: string }
/** `retained_without_time`: all that is known of it is what a broker kept; it registers itself when it reports */
export type Refusal = 'registration_limit' | 'awaiting_approval' | 'retained_without_time'
export type Refused = ReadonlyMap<string, Refusal>
type Admitted<C> = C & { readonly verified: boolean }

const roomIn = ({ initial, perHour }: Quota, { total, recent }: SelfRegistered): number =>
  Math.max(0, initial - total, perHour - recent)

/** @param candidates devices that are not registered, each once */
export async function admit<C extends Candidate>(
  db: Queryable,
  candidates: readonly C[],
  rules: AdmissionRules,
): Promise<{ admitted: readonly Admitted<C>[]; refused: Refused }> {
  const pending = await selectPending(
    db,
    candidates.map(({ device }) => device),
  )
  const isApproved = ({ device }: C): boolean => pending.approved.get(device) === true
  const approved = candidates.filter(isApproved).map((each) => ({ ...each, verified: true }))
  const others = candidates.filter((each) => !isApproved(each))
  if (rules.approval) return { admitted: approved, refused: refusePending(others, pending) }
  const { admitted, refused } = await withinQuotas(db, others, rules)
  return { admitted: [...approved, ...admitted.map((each) => ({ ...each, verified: false }))], refused }
}

function refusePending(candidates: readonly Candidate[], { approved, total }: PendingDevices): Refused {
  let room = MAX_PENDING_DEVICES - total
  const refused = new Map<string, Refusal>()
  for (const { device } of candidates) {
    const isListed = approved.has(device)
    refused.set(device, isListed || room > 0 ? 'awaiting_approval' : 'registration_limit')
    if (!isListed) room -= 1
  }
  return refused
}

async function withinQuotas<C extends Candidate>(
  db: Queryable,
  candidates: readonly C[],
  { quota, perClient }: AdmissionRules,
): Promise<{ admitted: C[]; refused: Refused }> {
  if (candidates.length === 0) return { admitted: [], refused: new Map() }
  const clients = [...new Set(candidates.map(({ client }) => client))]
  let room = roomIn(quota, await countSelfRegistered(db))
  const registered = room > 0 ? await countByClient(db, clients) : new Map<string, SelfRegistered>()
  const roomOf = new Map(
    clients.map((client) => [client, roomIn(perClient, registered.get(client) ?? { total: 0, recent: 0 })]),
  )
  const admitted: C[] = []
  const refused = new Map<string, Refusal>()
  for (const candidate of candidates) {
    const clientRoom = roomOf.get(candidate.client) ?? 0
    if (room <= 0 || clientRoom <= 0) {
      refused.set(candidate.device, 'registration_limit')
      continue
    }
    admitted.push(candidate)
    room -= 1
    roomOf.set(candidate.client, clientRoom - 1)
  }
  return { admitted, refused }
}
