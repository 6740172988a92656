/** Decides once a run which database and broker the tests get, and tells every worker (see environment.ts). */
import type { TestProject } from 'vitest/node'
import { createScope } from '#infra/runtime/scope.ts'
import { serveDatabaseImage } from './database-image.ts'
import type { ServerKind } from './environment.ts'

type Address = { kind: ServerKind; url: string }
const TIMESCALE_IMAGE = 'timescale/timescaledb:2.23.1-pg17'
const MOSQUITTO_IMAGE = 'eclipse-mosquitto:2'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const scope = createScope()
  const docker = needsDocker() && (await dockerAnswers())
  const database = serverFrom('DATABASE_URL') ?? (docker ? await startDatabase(scope.defer) : embedded)
  const broker = serverFrom('MQTT_URL') ?? (docker ? await startBroker(scope.defer) : embedded)
  project.provide(
    'database',
    database.kind === 'embedded' ? { ...database, url: await serveDatabaseImage(scope) } : database,
  )
  project.provide('broker', broker)
  process.env['CITYWELL_TEST_ENVIRONMENT'] = `database: ${database.kind}, broker: ${broker.kind}`
  return () => scope.close()
}

const embedded: Address = { kind: 'embedded', url: '' }
const needsDocker = (): boolean => !process.env['DATABASE_URL'] || !process.env['MQTT_URL']

function serverFrom(variable: string): Address | undefined {
  const url = process.env[variable]
  return url ? { kind: 'server', url } : undefined
}

async function dockerAnswers(): Promise<boolean> {
  try {
    const { getContainerRuntimeClient } = await import('testcontainers')
    await getContainerRuntimeClient()
    return true
  } catch {
    return false
  }
}

type Defer = (release: () => unknown) => void

async function startDatabase(defer: Defer): Promise<Address> {
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
  const container = await new PostgreSqlContainer(TIMESCALE_IMAGE).start()
  defer(() => container.stop())
  return { kind: 'container', url: container.getConnectionUri() }
}

async function startBroker(defer: Defer): Promise<Address> {
  const { GenericContainer } = await import('testcontainers')
  const configuration = 'listener 1883\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\n'
  const container = await new GenericContainer(MOSQUITTO_IMAGE)
    .withExposedPorts(1883)
    .withCopyContentToContainer([{ content: configuration, target: '/mosquitto/config/mosquitto.conf' }])
    .start()
  defer(() => container.stop())
  return { kind: 'container', url: `mqtt://${container.getHost()}:${container.getMappedPort(1883)}` }
}
