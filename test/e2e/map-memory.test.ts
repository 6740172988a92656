/** A map that is open for a day holds what it shows, and nothing that it has shown before. */
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ThingFeature, ThingFeatures } from '#model/api/city.ts'
import { newVisitor, openAnotherPage } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  ;[system, browser] = await Promise.all([sharedCity('simulated'), sharedBrowser()])
})
afterAll(() => browser?.close())

/** The page asks for its Things again after six milliseconds for each of them, a minute at least. */
const REFETCH_MS = 61_000
const COPIES = 150
const isShown = ({ property }: { readonly property: string }): boolean => property === 'pm2_5'
const THINGS = '**/api/v1/things'

/** React holds the answer before the newest while what shows it has nothing new to draw. */
const HELD_ANSWERS = 2

test('of the Things of a large city at most the newest two answers are held', { timeout: 240_000 }, async () => {
  const visitor = await newVisitor(browser)
  try {
    const things = await enlarge(visitor)
    await visitor.clock.install()
    const { page, errors } = await openAnotherPage(visitor, `${system.url}/?layer=air&by=pm2_5`)
    const devtools = await visitor.newCDPSession(page)
    expect(await heldThings(devtools)).toBeGreaterThanOrEqual(things())
    for (let n = 0; n < 4; n += 1) await newAnswer(page)
    await expect
      .poll(() => heldThings(devtools), { timeout: 60_000, interval: 1000 })
      .toBeLessThanOrEqual(HELD_ANSWERS * things())
    expect(errors).toEqual([])
  } finally {
    await visitor.close()
  }
})

/** So many Things that they become typed arrays. @returns how many there are, once they have been asked for */
async function enlarge(visitor: BrowserContext): Promise<() => number> {
  let count = 0
  await visitor.route(THINGS, async (route) => {
    const answer = (await (await route.fetch()).json()) as ThingFeatures
    const stations = answer.features.filter(({ properties }) => properties.datastreams.some(isShown))
    const features = Array.from({ length: COPIES }, (_, copy) => stations.map((thing) => copyOf(thing, copy))).flat()
    count = features.length
    await route.fulfill({ json: { ...answer, features, total: count } })
  })
  return () => count
}

function copyOf({ type, id, properties, ...thing }: ThingFeature, copy: number): ThingFeature {
  const key = `${properties.key}-${copy}`
  const datastreams = properties.datastreams.map((each) => ({ ...each, id: each.id + copy * 1_000_000 }))
  return {
    type,
    ...thing,
    id: `${id}-${copy}`,
    properties: { ...properties, key, id: properties.id + copy * 1_000_000, datastreams },
  }
}

/** Waits for the next of the answers that the page asks for every minute. */
async function newAnswer(page: Page): Promise<void> {
  const answered = page.waitForResponse(THINGS)
  await page.clock.fastForward(REFETCH_MS)
  await (await answered).finished()
}

/** Things that there are in the memory of the page after garbage has been collected. */
async function heldThings(devtools: CDPSession): Promise<number> {
  const { result: prototype } = await devtools.send('Runtime.evaluate', { expression: 'Object.prototype' })
  if (!prototype.objectId) throw new Error('Object.prototype has no id')
  const { objects } = await devtools.send('Runtime.queryObjects', { prototypeObjectId: prototype.objectId })
  if (!objects.objectId) throw new Error('a list of objects has no id')
  const { result } = await devtools.send('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration: `function () {
      return this.filter((object) => Object.hasOwn(object, 'geometry') && object.type === 'Feature' &&
        Array.isArray(object.properties?.datastreams)).length
    }`,
    returnByValue: true,
  })
  for (const { objectId } of [objects, prototype])
    if (objectId) await devtools.send('Runtime.releaseObject', { objectId })
  return result.value
}
