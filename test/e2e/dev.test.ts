/** `npm run dev`: the dashboard from its sources, the API behind it, and a restart when a source changes. */
import { spawn } from 'node:child_process'
import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort, newDataDir, ROOT, removeDataDir, until } from './system.ts'

const LIMIT_MS = 120_000

test('the page comes from its sources, the API answers behind it, a changed source restarts it', async () => {
  const [port, mqttPort, pagePort] = [await freePort(), await freePort(), await freePort()]
  const dataDir = await newDataDir()
  const child = spawn(process.execPath, ['start/dev.ts', '--page-port', `${pagePort}`], {
    cwd: ROOT,
    env: {
      ...{ PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: dataDir, SIMULATE: 'off' },
      ...{ PORT: `${port}`, MQTT_PORT: `${mqttPort}` },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const onData = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout.on('data', onData)
  child.stderr.on('data', onData)
  const ended = new Promise<number | null>((done) => child.once('exit', done))
  const starts = (): number => output.split(`http://localhost:${port}`).length - 1
  const printed = () => output
  try {
    await until(() => starts() === 1 && output.includes(`:${pagePort}/`), LIMIT_MS, printed)
    const page = `http://localhost:${pagePort}`
    const text = async (path: string) => (await fetch(page + path, { headers: { accept: 'text/html' } })).text()
    expect(await text('/')).toContain('/@vite/client')
    expect(await text('/')).toContain('src/main.tsx')
    expect(await text('/voice?lang=es')).toContain('src/public/voice/main.tsx')
    const city = (await (await fetch(`${page}/api/v1/city`)).json()) as { name: string }
    expect(city.name).not.toBe('')
    const now = new Date()
    await utimes(join(ROOT, 'start/screen.ts'), now, now)
    await until(() => starts() === 2, LIMIT_MS, printed)
    expect((await fetch(`${page}/api/v1/city`)).status).toBe(200)
  } finally {
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    await removeDataDir(dataDir)
  }
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow()
}, 300_000)
