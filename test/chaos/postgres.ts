/** A PostgreSQL cluster of the run's own, with TimescaleDB, that can be stopped, killed, frozen and filled up. */
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFile, chmod, chown, mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../delivery/mosquitto.ts'

export type Postgres = {
  readonly port: number
  readonly url: string
  readonly hasOwnDisk: boolean
  start(): void
  stop(mode: 'fast' | 'immediate'): void
  /** SIGKILL to the postmaster and every backend */
  kill(): Promise<void>
  /** SIGKILL to one backend: the server restarts all of them */
  killBackend(): Promise<void>
  /** SIGSTOP to every process: connections stay open, nothing answers */
  freeze(): Promise<void>
  thaw(): Promise<void>
  fillDisk(): Promise<void>
  freeDisk(): Promise<void>
  close(): Promise<void>
}

const DISK_MB = 2_000
const isRoot = process.getuid?.() === 0

/** Folder of `initdb` and `pg_ctl`; undefined where PostgreSQL is not installed. */
export function postgresBin(): string | undefined {
  const given = process.env['PG_BIN']
  if (given) return given
  const asked = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' })
  return asked.status === 0 ? asked.stdout.trim() : undefined
}

/** As root the data is on a file system of its own in memory, so that it can be full; PostgreSQL runs as `postgres`. */
export async function openPostgres(folder: string, bin: string): Promise<Postgres> {
  const [data, port] = [join(folder, 'database'), await freePort()]
  await mkdir(data, { recursive: true })
  const hasOwnDisk =
    isRoot && spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m,mode=0700`, 'tmpfs', data]).status === 0
  const [cluster, filler] = [join(data, 'cluster'), join(data, 'filler')]
  const user: Ids = isRoot ? idsOf('postgres') : {}
  if (user.uid !== undefined && user.gid !== undefined) {
    await chmod(folder, 0o711)
    await chown(data, user.uid, user.gid)
  }
  const run = (command: string, ...args: string[]): void => {
    execFileSync(join(bin, command), args, { stdio: 'ignore', cwd: '/', ...user })
  }
  run('initdb', '-D', cluster, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8')
  await appendFile(join(cluster, 'postgresql.conf'), configuration(port, folder))
  const pids = async (): Promise<number[]> => {
    const [postmaster = ''] = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')
    const children = spawnSync('pgrep', ['-P', postmaster], { encoding: 'utf8' }).stdout.trim().split('\n')
    return [postmaster, ...children].filter(Boolean).map(Number)
  }
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    for (const pid of await pids()) tryKill(pid, name)
  }
  const stop = (mode: string): void => run('pg_ctl', '-D', cluster, '-m', mode, '-w', '-t', '60', 'stop')
  const postgres: Postgres = {
    ...{ port, hasOwnDisk, url: `postgres://postgres@127.0.0.1:${port}/postgres` },
    start: () => run('pg_ctl', '-D', cluster, '-l', join(data, 'log'), '-w', '-t', '120', 'start'),
    stop,
    kill: () => signal('SIGKILL'),
    killBackend: async () => {
      const pid = await backendOf(port, bin)
      if (pid !== undefined) tryKill(pid, 'SIGKILL')
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    fillDisk: async () => {
      const { bavail, bsize } = await statfs(data)
      await writeFile(filler, Buffer.alloc(0))
      spawnSync('fallocate', ['-l', String(bavail * bsize), filler])
    },
    freeDisk: () => rm(filler, { force: true }),
    close: async () => {
      await signal('SIGCONT').catch(() => {})
      spawnSync(join(bin, 'pg_ctl'), ['-D', cluster, '-m', 'immediate', '-w', 'stop'], { cwd: '/', ...user })
      if (hasOwnDisk) spawnSync('umount', ['-l', data])
    },
  }
  postgres.start()
  return postgres
}

const configuration = (port: number, folder: string): string => `
port = ${port}
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
max_wal_size = 128MB
min_wal_size = 32MB
shared_buffers = 128MB
cluster_name = '${folder.split('/').at(-1) ?? 'chaos'}'
`

type Ids = { readonly uid?: number; readonly gid?: number }
const idsOf = (name: string): Ids => ({
  uid: Number(execFileSync('id', ['-u', name])),
  gid: Number(execFileSync('id', ['-g', name])),
})

async function backendOf(port: number, bin: string): Promise<number | undefined> {
  const query = `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1`
  const args = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-Atc', query]
  const { stdout } = spawnSync(join(bin, 'psql'), args, { encoding: 'utf8' })
  return stdout.trim() === '' ? undefined : Number(stdout)
}

function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it ended by itself
  }
}
