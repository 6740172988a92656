/** `npm run ingest` at two Mosquittos: the city's, and one of another organisation with TLS, its own authority and client certificates. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connectAsync, type IClientOptions } from 'mqtt'
import { expect, test } from 'vitest'
import { createScope } from '#infra/runtime/scope.ts'
import { createAuthority, hasOpenssl } from '#test/certificates.ts'
import { openTestDatabase } from '#test/environment.ts'
import { hasMosquitto, startMosquitto } from './mosquitto.ts'
import { until } from './until.ts'
import { startWorkerProcess, writePack } from './worker-process.ts'

const CITY = {
  name: 'Testville',
  timeZone: 'Europe/Berlin',
  centre: [10, 50],
  population: 1000,
  brokers: [
    {
      name: 'harbour',
      urlFromEnv: 'HARBOUR_MQTT_URL',
      caFromEnv: 'HARBOUR_MQTT_CA',
      certFromEnv: 'HARBOUR_MQTT_CERT',
      keyFromEnv: 'HARBOUR_MQTT_KEY',
    },
  ],
  sources: [
    { name: 'native', topic: 'city/+/+', format: 'native' },
    { name: 'harbour', topic: 'city/+/+', format: 'native', broker: 'harbour' },
  ],
}

test.skipIf(!hasMosquitto || !hasOpenssl)(
  'one outage delays the sources of that broker only',
  { timeout: 120_000 },
  async ({ skip }) => {
    const scope = createScope()
    try {
      const database = await openTestDatabase()
      scope.defer(() => database.close())
      const url = database.url ?? skip('needs a database server in DATABASE_URL: the worker is another process')
      const authority = createAuthority()
      scope.defer(() => authority.close())
      const [server, client] = [authority.issue('broker', ['IP:127.0.0.1']), authority.issue('city')]
      const city = await startMosquitto()
      scope.defer(() => city.close())
      const files = [`cafile ${authority.caFile}`, `certfile ${server.certFile}`, `keyfile ${server.keyFile}`]
      const harbour = await startMosquitto([...files, 'require_certificate true'].join('\n'))
      scope.defer(() => harbour.close())
      const pack = await writePack()
      scope.defer(() => rm(pack, { recursive: true }))
      await writeFile(join(pack, 'city.json'), JSON.stringify(CITY))
      const harbourUrl = `mqtts://127.0.0.1:${harbour.port}`
      const worker = await startWorkerProcess(url, city.url, pack, {
        HARBOUR_MQTT_URL: harbourUrl,
        HARBOUR_MQTT_CA: authority.caFile,
        HARBOUR_MQTT_CERT: client.certFile,
        HARBOUR_MQTT_KEY: client.keyFile,
      })
      scope.defer(() => worker.kill('SIGTERM'))

      const publish = async (to: string, topic: string, options: IClientOptions = {}): Promise<void> => {
        const publisher = await connectAsync(to, options)
        await publisher.publishAsync(topic, JSON.stringify({ time: new Date(), pm2_5: 7 }), { qos: 1 })
        await publisher.endAsync()
      }
      const atHarbour = (topic: string) =>
        publish(harbourUrl, topic, { ca: authority.ca, cert: client.cert, key: client.key })
      const things = async (): Promise<string[]> =>
        (
          await database.pool.query<{ key: string }>(
            `select distinct t.key from observation o join datastream d on d.id = o.datastream_id
           join thing t on t.id = d.thing_id order by 1`,
          )
        ).rows.map(({ key }) => key)
      const untilStored = (count: number) => until(things, (keys) => keys.length === count)

      await publish(city.url, 'city/air/square')
      await atHarbour('city/air/quay')
      await untilStored(2)

      await harbour.stop('term')
      await until(worker.isReady, (ready) => !ready)
      await publish(city.url, 'city/air/park')
      await untilStored(3)
      await harbour.start()
      await until(worker.isReady, Boolean)
      await atHarbour('city/air/lock')
      expect((await untilStored(4)).map((key) => key.split(/[/:]/).at(-1)).toSorted()).toEqual([
        'lock',
        'park',
        'quay',
        'square',
      ])
    } finally {
      await scope.close()
    }
  },
)
