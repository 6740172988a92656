import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FairQueue, SHARED } from '#api/http/fair-queue.ts'

const LIMITS = { running: 3, runningPerClient: 2, waiting: 8, waitingPerClient: 4 }
type Step = { kind: 'enter' | 'end' | 'leave'; client: string; pick: number }
const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('enter', 'enter', 'end', 'leave'),
    client: fc.constantFrom('a', 'b', 'c', SHARED),
    pick: fc.nat(),
  }),
  { maxLength: 60 },
)

type Place = { client: string; end?: () => void; leave: () => void }

test('limits hold in any order of events, everybody who stays has a turn, and nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (events) => {
      const queue = new FairQueue(LIMITS)
      const places = new Set<Place>()
      const running = (client?: string) =>
        [...places].filter((place) => place.end && (client === undefined || place.client === client)).length
      for (const { kind, client, pick } of events) {
        const chosen = [...places].filter(({ end }) => (kind === 'end') === (end !== undefined))
        const place = chosen[pick % Math.max(1, chosen.length)]
        if (kind === 'enter') enter(queue, client, places)
        else if (place) {
          places.delete(place)
          if (kind === 'end') place.end?.()
          else place.leave()
        }
        await Promise.resolve()
        const waiting = places.size - running()
        expect(running()).toBeLessThanOrEqual(LIMITS.running)
        for (const name of ['a', 'b', 'c']) expect(running(name)).toBeLessThanOrEqual(LIMITS.runningPerClient)
        expect(queue.size).toEqual({ running: running(), waiting })
        // a free place is not kept from one who may have it
        const entitled = [...places].some((p) => !p.end && (p.client === SHARED || running(p.client) < 2))
        expect(running() < LIMITS.running && entitled).toBe(false)
      }
      while (places.size > 0) {
        const done = [...places].find(({ end }) => end)
        expect(done, 'somebody waits for nothing').toBeDefined()
        places.delete(done as Place)
        done?.end?.()
        await Promise.resolve()
      }
      expect(queue.size).toEqual({ running: 0, waiting: 0 })
    }),
    { seed: 15, numRuns: 500 },
  )
})

function enter(queue: FairQueue, client: string, places: Set<Place>): void {
  const own = [...places].filter((place) => place.client === client && !place.end).length
  const all = [...places].filter((place) => !place.end).length
  const entered = queue.enter(client)
  if (typeof entered === 'string') {
    expect(entered).toBe(all >= LIMITS.waiting ? 'all' : 'client')
    expect(all >= LIMITS.waiting || (client !== SHARED && own >= LIMITS.waitingPerClient)).toBe(true)
    return
  }
  const place: Place = { client, leave: entered.leave }
  places.add(place)
  void entered.turn.then((end) => {
    place.end = end
  })
}

test('who asks for much delays itself: a second client is next', async () => {
  const queue = new FairQueue({ running: 2, runningPerClient: 1, waiting: 100, waitingPerClient: 50 })
  const order: string[] = []
  const ask = (client: string): void => {
    const place = queue.enter(client)
    if (typeof place === 'string') throw new Error(place)
    void place.turn.then((end) => {
      order.push(client)
      setTimeout(end, 5)
    })
  }
  for (let n = 0; n < 20; n += 1) ask('flood')
  ask('reader')
  await expect.poll(() => order.length).toBe(21)
  expect(order.indexOf('reader')).toBeLessThanOrEqual(1)
})
