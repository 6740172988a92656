import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { build } from '#start/dashboard.ts'

const script = (source: string): string[] => ['--input-type=module', '-e', source]

test('a build that takes long is reported on, and not ended', async () => {
  const told: number[] = []
  await build(script('setTimeout(() => {}, 1200)'), { tellMs: 100, onWaiting: (seconds) => told.push(seconds) })
  // a busy machine tells less often
  expect(told.length).toBeGreaterThan(2)
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect(told.at(-1)).toBeLessThan(60)
})

test('one that fails says what it printed, or which signal ended it', async () => {
  await expect(build(script('console.error("no such file"); process.exit(3)'), {})).rejects.toThrow(/no such file/)
  await expect(build(script('process.kill(process.pid, "SIGKILL")'), {})).rejects.toThrow(/SIGKILL ended it/)
})

test('a city that is stopped ends its build', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'citywell-build-'))
  const file = join(folder, 'pid')
  const stop = new AbortController()
  try {
    const source = `import { writeFileSync } from 'node:fs'
      writeFileSync(${JSON.stringify(file)}, String(process.pid))
      setInterval(() => {}, 1000)`
    const built = build(script(source), { signal: stop.signal })
    const failed = expect(built).rejects.toThrow(/stopped while/)
    let pid = 0
    await expect.poll(async () => (pid = Number(await readFile(file, 'utf8').catch(() => '0')))).toBeGreaterThan(0)
    stop.abort()
    await failed
    await expect.poll(() => isAlive(pid)).toBe(false)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
