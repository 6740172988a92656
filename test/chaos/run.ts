/** Faults one after the other while numbered messages are published, and a count of what was stored every few of them. */
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Publisher, startPublisher } from './publisher.ts'
import type { ChaosSystem, Fault } from './system.ts'

/** One fault, and how long it took until every part was ready again. */
export type FaultRecord = { readonly fault: string; readonly recoveryMs: number }
/** Everything that was done so far, over all runs with the same file. */
export type Progress = { faults: FaultRecord[]; messages: number; problems: string[] }

export type ChaosOptions = {
  readonly faults: number
  readonly seed: number
  /** messages a second */
  readonly rate: number
  /** faults between two counts */
  readonly countEvery: number
  /** where the progress is kept; a later run goes on from there */
  readonly file: string
  readonly stop: AbortSignal
  readonly say: (line: string) => void
}

const DRAIN_LIMIT_MS = 180_000
const CALM_MS = 1_000

export async function readProgress(file: string): Promise<Progress> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text === undefined ? { faults: [], messages: 0, problems: [] } : (JSON.parse(text) as Progress)
}

/** Goes on until `faults` are done in all, something does not hold, or it is stopped; always ends with a count. */
export async function runChaos(system: ChaosSystem, options: ChaosOptions): Promise<Progress> {
  const progress = await readProgress(options.file)
  const { faults, file, rate, countEvery, stop, say } = options
  const before = progress.messages
  const baseMs = Date.now() - 3_600_000
  const publisher = await startPublisher(system.mqttUrl, { rate, baseMs })
  try {
    while (progress.faults.length < faults && progress.problems.length === 0 && !stop.aborted) {
      for (let n = 0; n < countEvery && progress.faults.length < faults && !stop.aborted; n += 1) {
        await sleep(CALM_MS)
        progress.faults.push(await doFault(system, choose(system.faults, options.seed + progress.faults.length)))
        const { fault, recoveryMs } = progress.faults.at(-1) as FaultRecord
        say(`${progress.faults.length}  ${fault}: ready after ${Math.round(recoveryMs)} ms`)
      }
      const { sent, problems } = await countAll(system, publisher, baseMs)
      progress.messages = before + sent
      progress.problems.push(...problems)
      say(
        `${progress.faults.length} faults, ${progress.messages} messages: ${problems.join('; ') || 'each stored once'}`,
      )
      await writeFile(file, JSON.stringify(progress))
    }
  } catch (error) {
    progress.problems.push((error as Error).message)
    await writeFile(file, JSON.stringify(progress))
  } finally {
    await publisher.close()
  }
  return progress
}

async function doFault(system: ChaosSystem, fault: Fault): Promise<FaultRecord> {
  await fault.run()
  const startMs = performance.now()
  try {
    await system.heal()
  } catch (error) {
    throw new Error(`after "${fault.name}": ${(error as Error).message}`, { cause: error })
  }
  return { fault: fault.name, recoveryMs: performance.now() - startMs }
}

async function countAll(system: ChaosSystem, publisher: Publisher, baseMs: number) {
  const sent = await publisher.pause()
  // The ledger is only asked when to count: it says less than there is where a lost worker could not write its last row.
  let stored = -1
  for (let next = await system.stored(); next < sent && next !== stored; ) {
    stored = next
    await sleep(3_000)
    next = await system.stored()
  }
  // A slow machine is no loss: what is missing may come until the limit.
  const end = performance.now() + DRAIN_LIMIT_MS
  let count = await system.count(baseMs)
  while (count.expected < 2 * sent && performance.now() < end) {
    await sleep(3_000)
    count = await system.count(baseMs)
  }
  const { expected, rows, unbalanced } = count
  await system.heal()
  publisher.resume()
  const problems = [
    ...(expected < 2 * sent ? [`${2 * sent - expected} of ${2 * sent} observations are missing`] : []),
    ...(rows > 2 * sent ? [`${rows - 2 * sent} observations too many`] : []),
    ...(unbalanced > 0 ? [`${unbalanced} rows of the ledger do not balance`] : []),
  ]
  return { sent, problems }
}

/** The same fault for the same number in every run: a multiplicative hash of it, by weight. */
function choose(faults: readonly Fault[], number: number): Fault {
  const total = faults.reduce((sum, { weight }) => sum + weight, 0)
  let at = ((Math.imul(number + 1, 2_654_435_761) >>> 0) / 2 ** 32) * total
  const found = faults.find(({ weight }) => {
    at -= weight
    return at < 0
  })
  return found ?? (faults[0] as Fault)
}
