/** A Mosquitto of the test's own: started, killed and started again on the same port with the same data. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export const hasMosquitto = spawnSync('mosquitto', ['-h']).error === undefined

export type Mosquitto = {
  readonly url: string
  readonly port: number
  /** 'term' saves its sessions; 'kill' leaves what was saved last */
  stop(how: 'term' | 'kill'): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

export async function startMosquitto(extra = ''): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), 'citywell-mosquitto-'))
  const port = await freePort()
  const base = `listener ${port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location ${folder}/
autosave_interval 1
autosave_on_changes false
max_inflight_messages 0
max_queued_messages 0
user ${userInfo().username}
log_type error
`
  // What `extra` sets is left out: of two settings Mosquitto does not always take the last.
  const optionOf = (line: string): string => line.split(' ')[0] ?? ''
  const set = new Set(extra.split('\n').map(optionOf))
  const kept = base.split('\n').filter((line) => !set.has(optionOf(line)))
  await writeFile(join(folder, 'mosquitto.conf'), [...kept, extra, ''].join('\n'))
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    child = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' })
    await untilListening(port)
  }
  const stop = async (how: 'term' | 'kill'): Promise<void> => {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null) return
    const ended = new Promise((resolve) => running.once('exit', resolve))
    running.kill(how === 'kill' ? 'SIGKILL' : 'SIGTERM')
    await ended
  }
  await start()
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    start,
    stop,
    close: async () => {
      await stop('kill')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (reached) return
    await sleep(25)
  }
  throw new Error(`nothing listens on port ${port}`)
}
