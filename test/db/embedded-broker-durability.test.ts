import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { afterAll, expect, test } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'citywell-broker-'))
const journal = join(root, 'broker', 'journal')
const children: ChildProcess[] = []

afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

const BROKER = `
  import { openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'
  const broker = await openEmbeddedBroker({
    port: 0,
    journal: process.argv[1],
    sessions: [{ clientId: 'ingest', filters: ['city/#'] }],
  })
  console.log(broker.url)`

async function startBroker() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', BROKER, journal], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const url = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
  return { url, kill: () => kill(child) }
}

async function kill(child: ChildProcess) {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

/** Publishes as fast as it is acknowledged, 50 at a time, until the broker is gone. */
async function publish(url: string, name: string, acknowledged: string[]) {
  const publisher = await mqtt.connectAsync(url, { reconnectPeriod: 0 })
  publisher.on('error', () => {})
  let n = 0
  let open = true
  const gone = new Promise<false>((resolve) => {
    publisher.once('close', () => {
      open = false
      resolve(false)
    })
  })
  const one = async () => {
    while (open) {
      const text = `${name} ${n++}`
      const sent = publisher.publishAsync(`city/air/${n % 20}`, text, { qos: n % 10 === 0 ? 2 : 1 })
      // what was sent and never answered is never settled either
      if (await Promise.race([sent.then(() => true), gone])) acknowledged.push(text)
    }
  }
  return Array.from({ length: 50 }, one)
}

function subscribe(url: string, received: Set<string>) {
  const subscriber = mqtt.connect(url, { reconnectPeriod: 0, clientId: 'ingest', clean: false })
  subscriber.on('error', () => {})
  subscriber.on('message', (_, payload) => received.add(payload.toString()))
  return subscriber
}

test('a broker that is killed five times delivers every message that it acknowledged', async () => {
  const acknowledged: string[] = []
  const received = new Set<string>()
  for (let life = 0; life < 5; life++) {
    const broker = await startBroker()
    // in the second and fourth life the subscriber is disconnected: everything waits in the journal
    if (life % 2 === 0) subscribe(broker.url, received)
    const before = acknowledged.length
    const publishers = await Promise.all(['a', 'b'].map((name) => publish(broker.url, `${life}${name}`, acknowledged)))
    while (acknowledged.length < before + 300) await sleep(5)
    await broker.kill()
    await Promise.all(publishers.flat())
  }
  const last = await startBroker()
  const subscriber = subscribe(last.url, received)
  const missing = () => acknowledged.filter((text) => !received.has(text))
  for (let waited = 0; missing().length > 0 && waited < 10_000; waited += 50) await sleep(50)
  expect(acknowledged.length).toBeGreaterThanOrEqual(1_500)
  expect(missing()).toEqual([])
  await subscriber.endAsync(true)
  await last.kill()
}, 60_000)
