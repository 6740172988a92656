import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Log, type SimulatorOptions, startSimulator } from './run.ts'

/** The simulator in a thread of its own, so that making readings never holds up MQTT or HTTP. */
export type SimulatorThread = { close(): Promise<void>; progress(): number }
export type ThreadOptions = Omit<SimulatorOptions, 'now' | 'live' | 'log'> & { log: Log }

/** distinguishes the simulator thread from other threads that import this file */
const ROLE = 'citywell-simulator'

type ToParent =
  | { kind: 'ready' }
  | { kind: 'progress'; share: number }
  | { kind: 'log'; level: 'info' | 'warn'; message: string }
  | { kind: 'failed'; message: string }

/** @throws when the pack cannot be read or the broker cannot be reached */
export async function startSimulatorThread({ log, onProgress, ...options }: ThreadOptions): Promise<SimulatorThread> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { ...options, role: ROLE }, name: 'simulator' })
  let share = 0
  const ready = new Promise<void>((resolve, reject) => {
    worker.on('message', (message: ToParent) => {
      if (message.kind === 'ready') resolve()
      else if (message.kind === 'failed') reject(new Error(message.message))
      else if (message.kind === 'log') log[message.level](message.message)
      else {
        share = message.share
        onProgress?.(share)
      }
    })
    worker.once('error', (error) => {
      log.warn(`the simulator stopped: ${(error as Error).message}`)
      reject(error as Error)
    })
    worker.once('exit', () => reject(new Error('the simulator stopped')))
  })
  await ready
  return {
    progress: () => share,
    close: async () => {
      if (worker.threadId === -1) return
      const gone = once(worker, 'exit')
      worker.postMessage('close')
      await gone
    },
  }
}

async function runInThread(options: Omit<SimulatorOptions, 'log' | 'onProgress'>): Promise<void> {
  const tell = (message: ToParent) => parentPort?.postMessage(message)
  const simulator = await startSimulator({
    ...options,
    log: {
      info: (message) => tell({ kind: 'log', level: 'info', message }),
      warn: (message) => tell({ kind: 'log', level: 'warn', message }),
    },
    onProgress: (share) => tell({ kind: 'progress', share }),
  })
  parentPort?.once('message', async () => {
    await simulator.close()
    process.exit(0)
  })
  tell({ kind: 'progress', share: simulator.progress() })
  tell({ kind: 'ready' })
}

if (!isMainThread && parentPort && (workerData as { role?: string } | null)?.role === ROLE) {
  runInThread(workerData as Omit<SimulatorOptions, 'log' | 'onProgress'>).catch((error: Error) => {
    parentPort?.postMessage({ kind: 'failed', message: error.message } satisfies ToParent)
    process.exitCode = 1
  })
}
