/** The wall clock of a child process, stepped through libfaketime while it runs. The monotonic clock goes on. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from './system.ts'

const LIBRARY = process.env['FAKETIME_LIBRARY'] ?? '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'
const STEPS = ['+1d', '-30m']

/** Environment of the process and the faults of its clock; nothing where libfaketime is not installed. */
export async function openClock(folder: string): Promise<{ env: Record<string, string>; faults: Fault[] }> {
  if (!existsSync(LIBRARY)) return { env: {}, faults: [] }
  const file = join(folder, 'clock')
  const set = (offset: string): Promise<void> => writeFile(file, offset)
  await set('+0')
  return {
    env: {
      ...{ LD_PRELOAD: LIBRARY, FAKETIME_TIMESTAMP_FILE: file },
      ...{ FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
    },
    faults: STEPS.map((offset) => ({
      name: `clock stepped by ${offset} for 2 s`,
      weight: 1,
      run: async () => {
        await set(offset)
        await sleep(2_000)
        await set('+0')
      },
    })),
  }
}
