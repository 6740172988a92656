/**
 * Polls one feed and publishes its documents.
 *
 *     waiting   --time-->                          fetching
 *     fetching  --document-->                      publishing --acknowledged--> waiting (everySeconds)
 *     fetching  --unchanged (304, or same bytes)-> waiting (everySeconds)
 *     fetching  --failed-->                        waiting (exponential backoff up to an hour, or Retry-After if longer)
 *     any       --close()-->                       closed; a request under way is aborted
 */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '#infra/runtime/backoff.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Feed } from '#model/city/city-pack.ts'
import { isPrivateUrl } from './addresses.ts'
import { type FetchFeed, readerFor } from './feed-documents.ts'
import { type FetchOptions, fetchDocument } from './fetch-document.ts'

export type FeedState = {
  readonly feed: string
  polls: number
  published: number
  unchanged: number
  failures: number
  /** undefined while the feed is polled without errors */
  problem: string | undefined
  lastPublishedAt: Date | undefined
}
export type PollerOptions = {
  readonly feed: Feed
  readonly environment: NodeJS.ProcessEnv
  /** resolves when the broker has acknowledged the message */
  readonly publish: (topic: string, payload: string | Buffer) => Promise<void>
  readonly log: Logger
  readonly timeoutMs?: number
  readonly maxBytes?: number
}
export type Poller = { readonly state: FeedState; close(): Promise<void> }

const TIMEOUT_MS = 20_000
/** Feeds of a large city are a few megabytes; an ingest worker reads messages of up to one, hence `parts.ts`. */
const MAX_BYTES = 16 * 1024 * 1024
const MAX_BACKOFF_MS = HOUR_MS

export const topicOf = ({ topic, format, name }: Feed): string => topic ?? `feeds/${format}/${name}`

/** @throws AppError CONFIG_INVALID when a variable that the feed names is not set */
export function startPoller(options: PollerOptions): Poller {
  const { feed, log, publish } = options
  const url = urlOf(feed, options.environment)
  const secretHeaders = fromEnvironment(feed.headersFromEnv, feed, options.environment)
  const topic = topicOf(feed)
  const read = readerFor(feed.format)
  const stop = new AbortController()
  const state: FeedState = {
    ...{ feed: feed.name, polls: 0, published: 0, unchanged: 0, failures: 0 },
    ...{ problem: undefined, lastPublishedAt: undefined },
  }
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(new Error('closed')), { once: true })
  })
  stopped.catch(() => {})
  const changes = trackChanges({ url, secretHeaders, signal: stop.signal, options })

  const once = async (): Promise<number> => {
    state.polls += 1
    try {
      const payloads = await read(url, await changes.begin())
      const changed = payloads.filter((payload) => changes.isNew(payload))
      for (const payload of changed) await Promise.race([publish(topic, payload), stopped])
      changes.commit()
      if (changed.length === 0) state.unchanged += 1
      else state.lastPublishedAt = new Date()
      state.published += changed.length
      if (state.problem !== undefined) log.info({ feed: feed.name }, 'feed outage ended')
      state.failures = 0
      state.problem = undefined
      return feed.everySeconds * 1000
    } catch (error) {
      if (stop.signal.aborted) return 0
      changes.reset()
      state.failures += 1
      const problem = error instanceof Error ? error.message : String(error)
      if (problem !== state.problem)
        log.warn({ feed: feed.name, host: url.host, problem }, 'feed outage started; retrying with backoff')
      state.problem = problem
      return retryDelayMs(
        feed.everySeconds,
        state.failures,
        error instanceof FeedFailed ? error.retryAfterMs : undefined,
      )
    }
  }
  const loop = async (): Promise<void> => {
    // Random, so that the feeds are not all requested at the same time.
    let waitMs = Math.random() * Math.min(2_000, feed.everySeconds * 100)
    while (!stop.signal.aborted) {
      await sleep(waitMs, undefined, { signal: stop.signal }).catch(() => {})
      if (!stop.signal.aborted) waitMs = await once()
    }
  }
  const running = loop()
  return {
    state,
    close: async () => {
      stop.abort()
      await running
    },
  }
}

/** Backoff from the interval of the feed up to an hour, or what the server asks for if that is longer. */
export function retryDelayMs(everySeconds: number, failures: number, retryAfterMs = 0, random = Math.random()): number {
  const firstMs = everySeconds * 1000
  return Math.max(backoffMs({ firstMs, maxMs: Math.max(MAX_BACKOFF_MS, firstMs) }, failures, random), retryAfterMs)
}

class FeedFailed extends Error {
  readonly retryAfterMs: number | undefined
  constructor(reason: string, retryAfterMs: number | undefined) {
    super(reason)
    this.retryAfterMs = retryAfterMs
  }
}

type Validators = { etag?: string; lastModified?: string }
type TrackOptions = {
  url: URL
  secretHeaders: Record<string, string>
  signal: AbortSignal
  options: PollerOptions
}

/** State between two polls of a feed: validators by document, and the digests of published payloads. */
function trackChanges({ url, secretHeaders, signal, options }: TrackOptions) {
  const { timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES } = options
  const validators = new Map<string, Validators>()
  let received = new Map<string, Validators>()
  let published = new Set<string>()
  let seen = new Set<string>()
  const isPrivate = isPrivateUrl(url)
  return {
    begin: async (): Promise<FetchFeed> => {
      received = new Map()
      seen = new Set()
      const allowPrivate = await isPrivate
      return async (target, { secondary, unconditional = false }) => {
        const fetchOptions: FetchOptions = {
          ...(target.origin === url.origin && { secretHeaders }),
          ...(!unconditional && validators.get(target.href)),
          ...{ allowPrivate, timeoutMs, maxBytes, signal, trusted: !secondary },
        }
        const answer = await fetchDocument(target, fetchOptions)
        if (answer.kind === 'failed') throw new FeedFailed(answer.reason, answer.retryAfterMs)
        if (answer.kind === 'unchanged') return undefined
        const { body, etag, lastModified } = answer
        received.set(target.href, { ...(etag && { etag }), ...(lastModified && { lastModified }) })
        return body
      }
    },
    /** False for a payload of the last poll, which servers without validators send again. */
    isNew: (payload: string | Buffer): boolean => {
      const digest = createHash('sha256').update(payload).digest('base64')
      seen.add(digest)
      return !published.has(digest)
    },
    /** Call when everything is published: only then may the validators be sent. */
    commit: (): void => {
      for (const [href, found] of received) validators.set(href, found)
      if (seen.size > 0) published = seen
    },
    reset: (): void => validators.clear(),
  }
}

function urlOf(feed: Feed, environment: NodeJS.ProcessEnv): URL {
  const url = new URL(feed.url)
  for (const [name, value] of Object.entries(fromEnvironment(feed.queryFromEnv, feed, environment)))
    url.searchParams.set(name, value)
  return url
}

function fromEnvironment(
  names: Readonly<Record<string, string>> | undefined,
  feed: Feed,
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(names ?? {}).map(([target, variable]) => {
      const value = environment[variable]
      if (value === undefined || value === '')
        throw new AppError('CONFIG_INVALID', `feed "${feed.name}" needs ${variable} in the environment (${target})`)
      return [target, value]
    }),
  )
}
