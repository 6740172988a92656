import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DAY_MS, MINUTE_MS } from '#model/basics/durations.ts'

/** A stretch of time whose readings are still to be sent, and how many Things of it were: [from, to) in ms. */
export type Slice = { from: number; to: number; sent: number }
/** What the simulator must remember across restarts: what of the past is owed, and until when it has been live. */
export type SimulatorState = { seed: number; planned: number; owed: Slice[]; liveUntil: number }

/** A pause shorter than this needs no history of its own. */
const GAP = 5 * MINUTE_MS

/** The past to send at this start, most recent first: at the first start all days; later what is left, and the pause. */
export function planSlices(
  before: SimulatorState | undefined,
  seed: number,
  days: number,
  now: number,
): SimulatorState {
  if (!before || before.seed !== seed) {
    const owed = byDay(now - days * DAY_MS, now)
    return { seed, planned: now - (owed.at(-1)?.from ?? now), owed, liveUntil: now }
  }
  const pause = now - before.liveUntil > GAP ? byDay(Math.max(before.liveUntil, now - days * DAY_MS), now) : []
  const owed = [...pause, ...before.owed]
  return { seed, planned: owed.reduce((sum, s) => sum + s.to - s.from, 0), owed, liveUntil: now }
}
/** Cut at UTC midnights, newest first. */
function byDay(from: number, to: number): Slice[] {
  const out: Slice[] = []
  for (let end = to; end > from; ) {
    const start = Math.max(from, Math.floor((end - 1) / DAY_MS) * DAY_MS)
    out.push({ from: start, to: end, sent: 0 })
    end = start
  }
  return out
}

/** Share of what was planned that has been sent, 0 to 1. */
export function progressOf({ planned, owed }: SimulatorState, things: number): number {
  if (planned <= 0) return 1
  const left = owed.reduce((sum, s) => sum + (s.to - s.from) * (1 - s.sent / Math.max(1, things)), 0)
  return Math.min(1, Math.max(0, 1 - left / planned))
}

export const stateFile = (folder: string): string => join(folder, 'simulator.json')
/** A missing or unreadable file is a first start: history is sent again, and the store knows what it has. */
export async function readState(folder: string): Promise<SimulatorState | undefined> {
  try {
    return JSON.parse(await readFile(stateFile(folder), 'utf8')) as SimulatorState
  } catch {
    return undefined
  }
}
export async function writeState(folder: string, state: SimulatorState): Promise<void> {
  const file = stateFile(folder)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, JSON.stringify(state))
  await rename(`${file}.new`, file)
}
