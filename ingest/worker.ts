/**
 * The ingest worker: a pipeline for the broker of the city, and one for each other broker that sources of its pack name. Each has a
 * session, a window and a ledger of its own, so that a broker that is down delays nobody else (docs/delivery.md).
 */
import type { ClientTls } from '#model/mqtt/broker-url.ts'
import type { IngestState } from './monitor/state.ts'
import { type Pipeline, type PipelineOptions, startPipeline } from './pipeline/pipeline.ts'

export type IngestOptions = Omit<PipelineOptions, 'broker' | 'announceTo'> & {
  /** brokers besides that of the city */
  readonly brokers?: readonly BrokerAddress[]
}
export type BrokerAddress = { readonly name: string; readonly url: string; readonly tls: ClientTls }

/** State, readiness and publishing are those at the broker of the city. */
export type IngestWorker = Pipeline & {
  /** by broker; '' is that of the city */
  states(): ReadonlyMap<string, IngestState>
}

export async function startIngest({ brokers = [], ...options }: IngestOptions): Promise<IngestWorker> {
  const { clientId = 'citywell-ingest' } = options
  const city = await startPipeline(options)
  const others: [string, Pipeline][] = []
  for (const { name, url, tls } of brokers)
    others.push([
      name,
      await startPipeline({
        ...{ ...options, broker: name, mqttUrl: url, mqttTls: tls, clientId: `${clientId}-${name}` },
        // readers of the live feed are at the broker of the city
        announceTo: city.publish,
      }),
    ])
  return {
    ...city,
    states: () => new Map([['', city.state()], ...others.map(([name, each]) => [name, each.state()] as const)]),
    setShared: async (shared) => {
      await Promise.all([city, ...others.map(([, each]) => each)].map((each) => each.setShared(shared)))
    },
    // the city last: what others commit is announced there
    close: async (how) => {
      await Promise.all(others.map(([, each]) => each.close(how)))
      await city.close(how)
    },
  }
}
