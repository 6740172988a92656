/** docs/first-city.md, step by step as it is written: from a file of districts, a list of sensors and a broker to the map. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { Aedes } from 'aedes'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT, readDocuments } from '#test/documents.ts'
import { toPbf, town } from '#test/unit/domain/base-map/extract.ts'
import { freePort, newDataDir, removeDataDir, until } from './system.ts'

/** What the page promises. */
const TEN_MINUTES_S = 600
const VALUES = { 'farol-01': 8.1, 'ribeira-01': 11.4, 'campo-01': 6.2 }

const page = (await readDocuments()).find(({ file }) => file === 'docs/first-city.md')
const block = (language: string, start: string): string => {
  const found = page?.blocks.find((one) => one.language === language && one.text.startsWith(start))
  if (!found) throw new Error(`docs/first-city.md has no ${language} block that begins with ${start}`)
  return found.text
}

let folder: string
/** A broker of the city's own: any that speaks MQTT. */
let broker: { readonly publicUrl: string; readonly close: () => Promise<void> }
let device: MqttClient
let port: number
let timer: NodeJS.Timeout
let city: ChildProcess | undefined
let printed = ''
const seconds: Record<string, number> = {}
beforeAll(async () => {
  folder = await newDataDir()
  port = await freePort()
  broker = await openBroker()
  device = await connectAsync(broker.publicUrl, { clientId: 'sensors' })
  timer = setInterval(() => {
    for (const [id, value] of Object.entries(VALUES))
      device.publish(`city/air/${id}`, JSON.stringify({ pm2_5: value, pm10: 14 }), { qos: 1 })
  }, 1_000)
})
afterAll(async () => {
  clearInterval(timer)
  if (city?.pid && city.exitCode === null) {
    const ended = new Promise((done) => city?.once('exit', done))
    process.kill(-city.pid, 'SIGINT')
    await ended
  }
  await device.endAsync(true)
  await broker.close()
  await removeDataDir(folder)
})

async function openBroker(): Promise<typeof broker> {
  const aedes = new Aedes()
  await aedes.listen()
  const mqttPort = await freePort()
  const server: Server = createServer((socket) => void aedes.handle(socket))
  await new Promise<void>((done) => server.listen(mqttPort, '127.0.0.1', done))
  const close = async (): Promise<void> => {
    await new Promise<void>((done) => aedes.close(done))
    await new Promise<void>((done) => server.close(() => done()))
  }
  return { publicUrl: `mqtt://127.0.0.1:${mqttPort}`, close }
}

/** A command of the page with the folder, the broker and the port of the test. */
function start(command: string): ChildProcess {
  const text = command
    .replaceAll('mqtt://localhost:1883', broker.publicUrl)
    .replaceAll('localhost:8080', `localhost:${port}`)
    .replaceAll(/(?<![\w/.-])(districts\.geojson|sensors\.csv|port-lindo)(?![\w-])/g, (name) => join(folder, name))
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: `${port}`, DATA_DIR: join(folder, 'data') }
  return spawn('bash', ['-c', text], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
}

async function run(command: string): Promise<string> {
  const child = start(command)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  const code = await new Promise((done) => child.on('close', done))
  expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
  return output
}

async function timed<T>(step: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now()
  const result = await work()
  seconds[step] = (performance.now() - from) / 1_000
  return result
}

/** Lines of a block of output with what differs by machine replaced. */
const expectedLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) =>
      line.replaceAll('mqtt://localhost:1883', broker.publicUrl).replaceAll('port-lindo', join(folder, 'port-lindo')),
    )

test('the page, from the first command to the map', { timeout: TEN_MINUTES_S * 1_000 }, async () => {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'districts.geojson'), block('json', '{ "type": "FeatureCollection"'))
  await writeFile(join(folder, 'sensors.csv'), `${block('text', 'Sensor ID;')}\n`)

  const made = await timed('write the pack', () => run(block('sh', 'npm run city -- new')))
  for (const line of expectedLines(block('text', '3 districts:'))) expect(made).toContain(line)
  expect(JSON.parse(await readFile(join(folder, 'port-lindo/city.json'), 'utf8'))).toMatchObject({
    population: 12_400 + 8_950 + 15_200,
    centre: [-8.62, 41.16],
  })

  const checked = await timed('check it', () => run(block('sh', 'npm run city -- check')))
  expect(checked).toMatch(/source "city": \d+ messages? with \d+ values/)
  expect(checked).toContain('Port Lindo: 3 zones, 3 Things, 1 source; no problems')

  // an invented town, in the middle of the districts
  await writeFile(join(folder, 'port-lindo.osm.pbf'), toPbf(town({ at: [-8.67, 41.11], scale: 0.1 })))
  const map = await timed('make its map', () => run(block('sh', 'npm run city -- map')))
  expect(map).toContain(block('text', 'streets: ').split('\n')[0])

  await timed('start the city', async () => {
    city = start(block('sh', 'MQTT_URL='))
    for (const stream of [city.stdout, city.stderr])
      stream?.on('data', (chunk: Buffer) => {
        printed += chunk.toString()
      })
    await until(
      async () => printed.includes('http://localhost'),
      420_000,
      () => `the city does not start:\n${printed}`,
    )
  })

  await timed('until the map has a value of every sensor', async () => {
    const [zones = '', things = ''] = block('sh', 'curl ').split('\n')
    type Collection<P> = { features: { id: string; geometry: { coordinates: unknown }; properties: P }[] }
    const districts = JSON.parse(await run(`curl -s ${zones.slice('curl '.length)}`)) as Collection<{
      name: string
      population: number
    }>
    expect(districts.features.map(({ properties }) => [properties.name, properties.population])).toEqual(
      expect.arrayContaining([
        ['Ribeira Velha', 12_400],
        ['Alto do Farol', 8_950],
        ['Campo Novo', 15_200],
      ]),
    )
    type Thing = {
      zone: string | null
      verified: boolean
      datastreams: { property: string; latest: { result: number } | null }[]
    }
    const present = async (): Promise<Collection<Thing>> =>
      JSON.parse(await run(`curl -s ${things.slice('curl '.length)}`))
    const latestOf = ({ datastreams }: Thing): number | undefined =>
      datastreams.find(({ property }) => property === 'pm2_5')?.latest?.result
    await until(
      async () =>
        (await present()).features.filter(({ properties }) => latestOf(properties) !== undefined).length === 3,
      60_000,
      () => 'not every sensor has a value',
    )
    const found = (await present()).features.map(({ id, geometry, properties }) => ({
      ...{ id, place: geometry.coordinates, zone: properties.zone, value: latestOf(properties) },
    }))
    expect(found).toEqual(
      expect.arrayContaining([
        { id: 'farol-01', place: [-8.612, 41.151], zone: '2', value: 8.1 },
        { id: 'ribeira-01', place: [-8.633, 41.148], zone: '1', value: 11.4 },
        { id: 'campo-01', place: [-8.622, 41.171], zone: '3', value: 6.2 },
      ]),
    )
  })
  const total = Object.values(seconds).reduce((sum, value) => sum + value, 0)
  console.info(JSON.stringify({ ...seconds, total }))
  // the record at the end of the page has every step
  const rows = page?.prose.filter((line) => line.startsWith('| ')) ?? []
  expect(Object.keys(seconds).filter((step) => !rows.some((row) => row.startsWith(`| ${step}`)))).toEqual([])
  expect(total).toBeLessThan(TEN_MINUTES_S)
})
