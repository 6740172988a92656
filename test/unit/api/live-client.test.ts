import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createClient, type Wire } from '#api/live/client.ts'

/** A wire that takes nothing until it is drained: what a client that does not read looks like from our side. */
function openWire() {
  const listeners = { drain: () => {}, close: () => {} }
  const taken: string[] = []
  let waiting: string[] = []
  const wire = {
    taken,
    ended: false,
    write: (text: string) => {
      waiting.push(text)
    },
    pendingBytes: () => waiting.join('').length,
    onDrain: (listener: () => void) => {
      listeners.drain = listener
    },
    onClose: (listener: () => void) => {
      listeners.close = listener
    },
    end: () => {
      wire.ended = true
    },
    read: () => {
      taken.push(...waiting)
      waiting = []
      listeners.drain()
    },
  }
  return wire satisfies Wire & { read(): void }
}

test('events that come while the snapshot is read follow it', async () => {
  const wire = openWire()
  const client = createClient({ wire, domains: undefined, snapshot: async () => 'S' })
  client.send('1')
  client.send('2')
  await turn()
  client.send('3')
  wire.read()
  expect(wire.taken.join('')).toBe('retry: 2000\n\nS123')
})

test('a slow client costs bounded memory and gets a fresh snapshot', async () => {
  const wire = openWire()
  let snapshots = 0
  const snapshot = async () => `S${++snapshots}`
  const client = createClient({ wire, domains: undefined, snapshot, maxPendingBytes: 100 })
  await turn()
  for (let event = 0; event < 10_000; event++) client.send('0123456789')
  expect(wire.pendingBytes()).toBeLessThan(130)
  wire.read()
  await turn()
  client.send('after')
  wire.read()
  expect(wire.taken.slice(-2)).toEqual(['S2', 'after'])
})

test('when more comes during a snapshot than may wait, the snapshot is read again', async () => {
  const wire = openWire()
  let snapshots = 0
  const snapshot = async () => `S${++snapshots}`
  const client = createClient({ wire, domains: undefined, snapshot, maxPendingBytes: 10 })
  client.send('longer than ten')
  await turn()
  wire.read()
  expect(wire.taken.join('')).toBe('retry: 2000\n\nS1S2')
})

test('a snapshot that cannot be read ends the stream', async () => {
  const wire = openWire()
  const snapshot = () => Promise.reject(new Error('away'))
  createClient({ wire, domains: undefined, snapshot })
  await turn()
  expect(wire.ended).toBe(true)
})

test('a closed client writes nothing any more', async () => {
  const wire = openWire()
  const client = createClient({ wire, domains: ['air'], snapshot: async () => 'S' })
  client.close()
  await turn()
  client.send('late')
  client.beat()
  wire.read()
  expect(wire.taken.join('')).toBe('retry: 2000\n\n')
  expect([client.wants('air'), client.wants('water')]).toEqual([true, false])
})
