/**
 * One feed: fetched, published, again.
 *
 *     waiting   --time-->                          asking
 *     asking    --document-->                      publishing --acknowledged--> waiting (everySeconds)
 *     asking    --unchanged (304, or same bytes)-> waiting (everySeconds)
 *     asking    --failed-->                        waiting (doubling up to an hour, with jitter; Retry-After is kept to)
 *     any       --close()-->                       closed; what is under way is broken off
 */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '#infra/runtime/log.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Feed } from '#model/city/city-pack.ts'
import { isPrivateUrl } from './addresses.ts'
import { type Ask, readerFor } from './feed-documents.ts'
import { type FetchOptions, fetchDocument } from './fetch-document.ts'

export type FeedState = {
  readonly feed: string
  polls: number
  published: number
  unchanged: number
  failures: number
  /** undefined while all is well */
  problem: string | undefined
  lastPublishedAt: Date | undefined
}
export type PollerOptions = {
  readonly feed: Feed
  readonly environment: NodeJS.ProcessEnv
  /** resolves when the broker has acknowledged it */
  readonly publish: (topic: string, payload: string | Buffer) => Promise<void>
  readonly log: Logger
  readonly timeoutMs?: number
  readonly maxBytes?: number
}
export type Poller = { readonly state: FeedState; close(): Promise<void> }

const TIMEOUT_MS = 20_000
/** A feed of a large city is a few megabytes; an ingest worker reads messages of one, which `parts` keeps to. */
const MAX_BYTES = 16 * 1024 * 1024
const MOST_BACKOFF_MS = 3_600_000

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
  const look = createLook({ url, secretHeaders, signal: stop.signal, options })

  const once = async (): Promise<number> => {
    state.polls += 1
    try {
      const payloads = await read(url, await look.begin())
      const fresh = payloads.filter((payload) => look.isNew(payload))
      for (const payload of fresh) await Promise.race([publish(topic, payload), stopped])
      look.keep()
      if (fresh.length === 0) state.unchanged += 1
      else state.lastPublishedAt = new Date()
      state.published += fresh.length
      if (state.problem !== undefined) log.info({ feed: feed.name }, 'the feed answers again')
      state.failures = 0
      state.problem = undefined
      return feed.everySeconds * 1000
    } catch (error) {
      if (stop.signal.aborted) return 0
      look.forget()
      state.failures += 1
      const problem = error instanceof Error ? error.message : String(error)
      if (problem !== state.problem) log.warn({ feed: feed.name, host: url.host, problem }, 'the feed was not read')
      state.problem = problem
      return backoffMs(feed.everySeconds, state.failures, error instanceof FeedFailed ? error.retryAfterMs : undefined)
    }
  }
  const loop = async (): Promise<void> => {
    // Not all feeds of all cities at the full minute.
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

/** Doubles with every failure, up to an hour, and spreads: a server that comes back is not asked by all at once. */
export function backoffMs(everySeconds: number, failures: number, retryAfterMs = 0, random = Math.random()): number {
  const most = Math.min(
    everySeconds * 1000 * 2 ** Math.min(failures, 20),
    Math.max(MOST_BACKOFF_MS, everySeconds * 1000),
  )
  return Math.max(most * (0.5 + random / 2), retryAfterMs)
}

class FeedFailed extends Error {
  readonly retryAfterMs: number | undefined
  constructor(why: string, retryAfterMs: number | undefined) {
    super(why)
    this.retryAfterMs = retryAfterMs
  }
}

type Validators = { etag?: string; lastModified?: string }
type LookOptions = {
  url: URL
  secretHeaders: Record<string, string>
  signal: AbortSignal
  options: PollerOptions
}

/** What is remembered from one look at a feed to the next: validators by document, and which payloads were published. */
function createLook({ url, secretHeaders, signal, options }: LookOptions) {
  const { timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES } = options
  const validators = new Map<string, Validators>()
  let asked = new Map<string, Validators>()
  let known = new Set<string>()
  let seen = new Set<string>()
  const isPrivate = isPrivateUrl(url)
  return {
    begin: async (): Promise<Ask> => {
      asked = new Map()
      seen = new Set()
      const allowPrivate = await isPrivate
      return async (target, { secondary, fresh = false }) => {
        const fetchOptions: FetchOptions = {
          ...(target.origin === url.origin && { secretHeaders }),
          ...(!fresh && validators.get(target.href)),
          ...{ allowPrivate, timeoutMs, maxBytes, signal, trusted: !secondary },
        }
        const answer = await fetchDocument(target, fetchOptions)
        if (answer.kind === 'failed') throw new FeedFailed(answer.why, answer.retryAfterMs)
        if (answer.kind === 'unchanged') return undefined
        const { body, etag, lastModified } = answer
        asked.set(target.href, { ...(etag && { etag }), ...(lastModified && { lastModified }) })
        return body
      }
    },
    /** Not published the last time: servers without validators send the same again. */
    isNew: (payload: string | Buffer): boolean => {
      const digest = createHash('sha256').update(payload).digest('base64')
      seen.add(digest)
      return !known.has(digest)
    },
    /** All of it is published: only now may the server be told that we have it. */
    keep: (): void => {
      for (const [href, found] of asked) validators.set(href, found)
      if (seen.size > 0) known = seen
    },
    forget: (): void => validators.clear(),
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
        throw new AppError('CONFIG_INVALID', `the feed "${feed.name}" needs ${variable} in the environment (${target})`)
      return [target, value]
    }),
  )
}
