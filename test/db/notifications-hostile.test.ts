/**
 * Receivers that are hostile or broken, against two dispatchers as two API processes have them: nothing else waits for them,
 * nothing is sent twice, and no connection and no memory stays behind.
 */

import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAddressRule, createHttpSender } from '#domain/notifications/channels/guarded-http.ts'
import { startDispatcher } from '#domain/notifications/dispatcher.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { addReceiver, addWebhook, createWorker, EMPTY, emit, event, messages } from './notification-fixture.ts'
import { makeCertificate, openHttpReceiver } from './notification-servers.ts'

let database: TestDatabase
const closing: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database?.close())
beforeEach(async () => {
  await database.pool.query(EMPTY)
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Speaks to each connection as `talk` says. `open`: connections that nobody has ended yet. */
async function openPeer(
  talk: (socket: Socket) => void,
  create: (on: (socket: Socket) => void) => Server = createServer,
) {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = create((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    talk(socket)
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  closing.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => server.close(done))
  })
  return { port: (server.address() as AddressInfo).port, open: () => sockets.size, connections: () => connections }
}

/** Writes a piece of an answer again and again, until the other side has had enough. */
function drip(socket: Socket, text: string, everyMs: number, begin = ''): void {
  socket.write(begin)
  const timer = setInterval(() => socket.write(text), everyMs)
  socket.on('close', () => clearInterval(timer))
}

/** Two dispatchers that share the database, with requests that may take very long: what waits for them would be seen. */
function startTwo(timeoutMs: number, more: Partial<Parameters<typeof createWorker>[2]> = {}): void {
  for (let i = 0; i < 2; i += 1) {
    const http = createHttpSender(createAddressRule(['127.0.0.1']), { timeoutMs })
    const { deps } = createWorker(database.poolFor(), new Date(), { http, ...more })
    const dispatcher = startDispatcher({ ...deps, clock: () => new Date() })
    closing.push(() => dispatcher.close())
  }
}

const now = (): string => new Date().toISOString()
const raise = (incidentId: string) => emit(database.pool, new Date(), event({ incidentId, at: now() }))
const WAIT = { timeout: 40_000 }
const stateOf = async (receiver: string) => (await messages(database.pool)).find((each) => each.receiver === receiver)

describe('webhooks', () => {
  test('while receivers hang, the others are sent everything, once', async () => {
    const silent = await openPeer((socket) => socket.resume())
    const loris = await openPeer((socket) => drip(socket.resume(), 'x', 50, 'HTTP/1.1 200 OK\r\nx-'))
    const fine = await openHttpReceiver()
    closing.push(() => fine.close())
    // one for each dispatcher, begun one after the other: neither may wait for what it has begun
    const [info, worse] = [{ severities: ['info'] }, { severities: ['warning', 'critical'] }]
    await addWebhook(database.pool, `http://127.0.0.1:${silent.port}/`, { name: 'silent', ...info })
    await addWebhook(database.pool, `http://127.0.0.1:${loris.port}/`, { name: 'loris', ...worse })
    await addWebhook(database.pool, fine.url, { name: 'fine', ...worse })
    startTwo(20_000)
    await emit(database.pool, new Date(), event({ incidentId: 'zero', severity: 'info', at: now() }))
    await expect.poll(() => silent.open(), WAIT).toBe(1)
    await raise('first')
    await expect.poll(() => loris.open(), WAIT).toBe(1)
    await expect.poll(() => fine.received.length, WAIT).toBe(1)
    // what comes now does not wait for them
    for (const [i, incident] of ['second', 'third', 'fourth'].entries()) {
      await raise(incident)
      await expect.poll(() => fine.received.length, WAIT).toBe(2 + i)
      expect(silent.open() + loris.open(), 'the first attempts are still under way').toBe(2)
      expect(silent.connections() + loris.connections()).toBe(2)
    }
    expect(new Set(fine.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4)
    // their time is limited
    await expect.poll(() => silent.open() + loris.open(), WAIT).toBe(0)
    expect(await stateOf('loris')).toMatchObject({ state: 'pending', attempts: 1, error: 'no answer within 20 s' })
  })

  test('all of them at once: every other receiver gets every incident, once', async () => {
    const silent = await openPeer((socket) => socket.resume())
    const loris = await openPeer((socket) => drip(socket.resume(), 'x', 50, 'HTTP/1.1 200 OK\r\nx-'))
    const flood = Buffer.alloc(65_536, 'x')
    const endless = await openPeer((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        socket.on('drain', () => socket.write(flood))
        socket.write(flood)
      }),
    )
    const redirect = await openHttpReceiver(() => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }))
    closing.push(() => redirect.close())
    const hostile = [...[silent, loris, endless].map(({ port }) => `http://127.0.0.1:${port}/`), redirect.url]
    const fine = await Promise.all(Array.from({ length: 4 }, () => openHttpReceiver()))
    for (const { close } of fine) closing.push(close)
    // hostile ones between the others, three of each: more than attempts that run at once
    for (let round = 0; round < 3; round += 1)
      for (const [i, url] of hostile.entries()) await addWebhook(database.pool, url, { name: `hostile-${round}-${i}` })
    for (const [i, { url }] of fine.entries()) await addWebhook(database.pool, url, { name: `fine-${i}` })
    startTwo(20_000)
    const incidents = Array.from({ length: 8 }, (_, i) => `incident-${i}`)
    for (const incident of incidents) await raise(incident)
    const told = ({ received }: (typeof fine)[number]): string[] =>
      received.flatMap(({ body }) =>
        (JSON.parse(String(body)) as { data: { events: { incidentId: string }[] } }).data.events.map(
          (e) => e.incidentId,
        ),
      )
    await expect.poll(() => fine.map((one) => told(one).length), WAIT).toEqual(fine.map(() => incidents.length))
    for (const one of fine) expect(told(one).toSorted()).toEqual(incidents)
  })

  test('an endless answer is read no further than its bound; its status counts', async () => {
    let written = 0
    const endless = await openPeer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n')
        const piece = Buffer.alloc(65_536, 'x')
        const flood = (): void => {
          while (!socket.destroyed && socket.write(piece)) written += piece.length
        }
        socket.on('drain', flood)
        flood()
      })
    })
    await addWebhook(database.pool, `http://127.0.0.1:${endless.port}/`, { name: 'endless' })
    startTwo(60_000)
    await raise('one')
    await expect.poll(async () => (await stateOf('endless'))?.state, WAIT).toBe('sent')
    expect(endless.open()).toBe(0)
    expect(endless.connections()).toBe(1)
    // 64 KiB, and what the buffers of two sockets take
    expect(written).toBeLessThan(32_000_000)
  })

  test.for([
    [302, 'HTTP 302; redirects are not followed'],
    [307, 'HTTP 307; redirects are not followed'],
  ] as const)('a redirect (%i) to this machine is not followed', async ([status, error]) => {
    const inside = await openHttpReceiver()
    const outside = await openHttpReceiver(() => ({ status, headers: { location: inside.url } }))
    closing.push(
      () => inside.close(),
      () => outside.close(),
    )
    await addWebhook(database.pool, outside.url, { name: 'outside' })
    startTwo(60_000)
    await raise('one')
    await expect.poll(() => stateOf('outside'), WAIT).toMatchObject({ state: 'undeliverable', error })
    expect(inside.received).toEqual([])
    expect(outside.received).toHaveLength(1)
  })

  test('a certificate that nobody vouches for, and a server that speaks no TLS, are tried again; nothing is said to them', async () => {
    const pair = await makeCertificate()
    let heard = 0
    const hear = (socket: Socket): void => {
      socket.on('data', () => {
        heard += 1
      })
    }
    const selfSigned = await openPeer(hear, (on) => createTlsServer(pair, on))
    const plain = await openPeer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
    await addWebhook(database.pool, `https://127.0.0.1:${selfSigned.port}/`, { name: 'self-signed' })
    await addWebhook(database.pool, `https://127.0.0.1:${plain.port}/`, { name: 'plain' })
    startTwo(60_000)
    await raise('one')
    await expect
      .poll(async () => [(await stateOf('self-signed'))?.error, (await stateOf('plain'))?.error], WAIT)
      .toEqual(['DEPTH_ZERO_SELF_SIGNED_CERT', expect.stringMatching(/SSL|EPROTO/)])
    expect((await messages(database.pool)).map(({ state }) => state)).toEqual(['pending', 'pending'])
    expect(heard).toBe(0)
  })
})

describe('mail', () => {
  /** Takes everything up to the text of the mail, and then does as `afterData` says. */
  const openSmtp = (afterData: (socket: Socket) => void) =>
    openPeer((socket) => {
      let isData = false
      socket.write('220 mail\r\n')
      socket.on('data', (bytes) => {
        const line = bytes.toString()
        if (isData) {
          if (line.endsWith('\r\n.\r\n')) afterData(socket)
        } else if (line.startsWith('DATA')) {
          isData = true
          socket.write('354 go on\r\n')
        } else socket.write('250 fine\r\n')
      })
    })

  test.for([
    ['says nothing', () => {}],
    ['never comes to an end', (socket: Socket) => drip(socket, '250-wait\r\n', 20)],
  ] as const)('a server that %s after the text delays nobody, and is left', async ([, afterData]) => {
    const smtp = await openSmtp(afterData)
    const fine = await openHttpReceiver()
    closing.push(() => fine.close())
    await addReceiver(database.pool, {
      name: 'mail',
      channel: 'email',
      config: JSON.stringify({ address: 'ops@city.example' }),
    })
    await addWebhook(database.pool, fine.url, { name: 'fine' })
    const mail = { url: `smtp://127.0.0.1:${smtp.port}?tls=off`, from: 'city@city.example' }
    startTwo(60_000, { mail, sendTimeoutMs: 5_000 })
    await raise('first')
    await expect.poll(() => smtp.open(), WAIT).toBe(1)
    await raise('second')
    await expect.poll(() => fine.received.length, WAIT).toBe(2)
    expect(smtp.connections()).toBe(1)
    await expect.poll(() => stateOf('mail'), WAIT).toMatchObject({ state: 'pending', attempts: 1 })
    await expect.poll(() => smtp.open(), WAIT).toBe(0)
  })
})

test('a heartbeat that hangs delays nothing', async () => {
  const fine = await openHttpReceiver()
  closing.push(() => fine.close())
  await addWebhook(database.pool, fine.url)
  let calls = 0
  let answer: (outcome: { ok: true }) => void = () => {}
  const call = () => {
    calls += 1
    return new Promise<{ ok: true }>((resolve) => {
      answer = resolve
    })
  }
  const { deps } = createWorker(database.poolFor(), new Date(), { heartbeat: { everyMs: 3_600_000, call } })
  const dispatcher = startDispatcher({ ...deps, clock: () => new Date() })
  closing.push(() => {
    answer({ ok: true })
    return dispatcher.close()
  })
  await expect.poll(() => calls, WAIT).toBe(1)
  await raise('one')
  await expect.poll(() => fine.received.length, WAIT).toBe(1)
  expect(calls).toBe(1)
})
