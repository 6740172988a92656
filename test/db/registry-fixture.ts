import { connectAsync } from 'mqtt'
import { checkInvariants } from '#domain/invariants/invariants.ts'
import { createLog } from '#infra/runtime/log.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { startIngest } from '#ingest/worker.ts'
import type { Registration, Source } from '#model/city/city-pack.ts'
import { until } from '../delivery/until.ts'
import { authorized, openTestApi } from './api-fixture.ts'

const NATIVE: readonly Source[] = [{ name: 'native', topic: 'city/+/+', format: 'native' }]

/** The API and an ingest worker on one database and one broker, and a device that publishes to them. */
type Options = { readonly sources?: readonly Source[]; readonly registration?: Registration }

export async function openRegistry({ sources = NATIVE, registration }: Options = {}) {
  const scope = createScope()
  const api = await openTestApi({ clock: () => new Date() })
  scope.defer(() => api.close())
  const { pool, broker } = api
  const worker = await startIngest({
    pool: api.database.poolFor({ max: 4 }),
    mqttUrl: broker.url,
    pack: {
      timeZone: 'UTC',
      sources: [...sources],
      ...(registration && { registration }),
    },
    log: createLog('test', 'silent'),
    clientId: `worker-${broker.prefix}`,
  })
  scope.defer(() => worker.close())
  await worker.ready
  const device = await connectAsync(broker.url)
  scope.defer(() => device.endAsync())

  let sent = 0
  /** Publishes, and waits until it is dealt with. */
  const publish = async (topic: string, payload: object): Promise<void> => {
    sent += 1
    await device.publishAsync(topic, JSON.stringify(payload), { qos: 1 })
    await settled(sent)
  }
  const settled = async (messages: number): Promise<void> => {
    await until(
      () => [...worker.state().ledger.values()].reduce((n, c) => n + c.stored + c.duplicate + c.rejected, 0),
      (n) => n >= messages,
    )
  }
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, payload?: object) =>
    api.app.inject({ method, url: `/api/v1${path}`, headers: authorized, ...(payload && { payload }) })
  const get = async (path: string) => (await call('GET', path)).json()
  /** Replayed messages come back through the broker. */
  const replay = async (filter: object, from = 'rejected'): Promise<{ replayed: number; skippedTruncated: number }> => {
    const answer = (await call('POST', `/ingest/${from}/replay`, filter)).json()
    sent += answer.replayed
    await settled(sent)
    return answer
  }
  const failing = async (): Promise<string[]> =>
    (await checkInvariants(pool)).flatMap(({ name, holds, examples }) => (holds ? [] : [`${name}: ${examples}`]))
  /** Waits for messages that something else than `publish` and `replay` sent. */
  const expectMore = async (messages: number): Promise<void> => {
    sent += messages
    await settled(sent)
  }
  return { ...api, worker, publish, call, get, replay, expectMore, failing, close: () => scope.close() }
}
