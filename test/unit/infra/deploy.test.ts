import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const SECRETS = { POSTGRES_PASSWORD: 'test-password', CITYWELL_KEY: 'a-key-of-at-least-16-characters' }

/** Compose as a plugin of docker or as a program of its own; undefined where there is neither. */
function composeCommand(): [string, ...string[]] | undefined {
  const candidates: [string, ...string[]][] = [['docker', 'compose'], ['docker-compose']]
  return candidates.find(
    ([command, ...args]) => spawnSync(command, [...args, 'version'], { stdio: 'ignore' }).status === 0,
  )
}
const compose = composeCommand()

describe('docker-compose.yml', () => {
  const run = (env: Record<string, string>) => {
    const [command, ...args] = compose ?? ['docker-compose']
    return spawnSync(command, [...args, 'config'], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      encoding: 'utf8',
    })
  }

  test('is valid', ({ skip }) => {
    skip(!compose, 'docker compose is not installed')
    expect(run(SECRETS)).toMatchObject({ status: 0 })
  })

  test('does not start without a password and a key, and says what to set', ({ skip }) => {
    skip(!compose, 'docker compose is not installed')
    const { status, stderr } = run({})
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/set (POSTGRES_PASSWORD|CITYWELL_KEY) in \.env/)
  })

  test('publishes ports on loopback only', ({ skip }) => {
    skip(!compose, 'docker compose is not installed')
    const published = run(SECRETS).stdout.match(/(published|127\.0\.0\.1:\d+:\d+).*/g) ?? []
    expect(published.length).toBeGreaterThan(0)
    const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
    for (const [, ports] of text.matchAll(/ports: \[(.+)\]/g)) expect(ports).toMatch(/^"127\.0\.0\.1:/)
  })
})

describe('what the image and the containers are given', () => {
  const lines = (file: string): string[] => readFileSync(join(root, file), 'utf8').split('\n')

  test('secrets stay out of the image', () => {
    expect(lines('.dockerignore')).toEqual(expect.arrayContaining(['.env', '.env.*', '.data', '*.key']))
  })

  test('the city pack is mounted where the processes look for it', () => {
    const compose = lines('docker-compose.yml')
    expect(compose).toContain('  CITY: /city')
    // every service that reads the pack: the shared ones, and the simulator, which has volumes of its own
    expect(compose.filter((line) => line.includes(':-./simulators/cities/demo}:/city:ro'))).toHaveLength(2)
  })

  test('a wrong configuration ends the start: the step before all others checks it, and is tried three times', () => {
    const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
    const migrate = /\n {2}migrate:\n([\s\S]*?)\n\n/.exec(text)?.[1] ?? ''
    expect(migrate).toContain('restart: on-failure:3')
    for (const name of [
      'CITYWELL_KEY',
      'ALLOWED_HOSTS',
      'TRUST_PROXY',
      'ESTIMATOR_URL',
      'CLIENT_REQUESTS',
      'HEAVY_REQUESTS',
    ])
      expect(migrate).toContain(name)
  })

  test('the password of the database may hold any character, because it is in no URL', () => {
    const urls = lines('docker-compose.yml').filter((line) => line.includes('postgres://'))
    expect(urls.length).toBeGreaterThan(0)
    for (const url of urls) expect(url).not.toContain('POSTGRES_PASSWORD')
    const before = process.env['PGPASSWORD']
    process.env['PGPASSWORD'] = 'p@ss/w:rd?#'
    try {
      expect(new pg.Client({ connectionString: 'postgres://citywell@database:5432/citywell' }).password).toBe(
        'p@ss/w:rd?#',
      )
    } finally {
      if (before === undefined) delete process.env['PGPASSWORD']
      else process.env['PGPASSWORD'] = before
    }
  })
})

describe('the systemd unit', () => {
  const unit = readFileSync(join(root, 'infra/deploy/citywell.service'), 'utf8')
  const analyze = (command: string[], text = unit) => {
    const folder = mkdtempSync(join(tmpdir(), 'citywell-unit-'))
    const file = join(folder, 'citywell.service')
    writeFileSync(file, text)
    try {
      return spawnSync('systemd-analyze', [...command, file], { encoding: 'utf8' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  const isInstalled = spawnSync('systemd-analyze', ['--version'], { stdio: 'ignore' }).status === 0

  test('is valid, and starts what exists', ({ skip }) => {
    skip(!isInstalled, 'systemd-analyze is not installed')
    const [, program, main] = /^ExecStart=\/opt\/citywell\/(\S+) (\S+)$/m.exec(unit) ?? []
    expect([program, main].map((path) => existsSync(join(root, path ?? 'none')))).toEqual([true, true])
    // installed here instead of in /opt
    const { status, stderr } = analyze(['verify', '--man=no'], unit.replaceAll('/opt/citywell', root))
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  test('is confined', ({ skip }) => {
    skip(!isInstalled, 'systemd-analyze is not installed')
    const { stdout, stderr } = analyze(['security', '--offline=true', '--no-pager'])
    skip(/offline/.test(stderr), 'this version of systemd-analyze reads no files')
    expect(Number(/exposure level for citywell.service: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThan(2)
  })
})

describe('the configuration of Mosquitto', () => {
  const settings = Object.fromEntries(
    readFileSync(join(root, 'infra/deploy/mosquitto.conf'), 'utf8')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => line.split(/\s+(.*)/).slice(0, 2)),
  )

  // Defaults of mosquitto.conf(5): 20 in flight, 1000 queued; both lose bursts when acknowledgements wait for a commit.
  test('lets a batch fill and keeps what waits', () => {
    expect(Number(settings['max_inflight_messages'])).toBeGreaterThanOrEqual(1000)
    expect(settings['max_queued_messages']).toBe('0')
    expect(Number(settings['max_queued_bytes'])).toBeGreaterThan(0)
    expect(settings['persistence']).toBe('true')
  })
})

test('the image starts from the Node version the project names', () => {
  const dockerfile = readFileSync(join(root, 'infra/deploy/Dockerfile'), 'utf8')
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { engines: { node: string } }
  expect(dockerfile.match(/FROM node:(\d+)/g)).toEqual(['FROM node:24', 'FROM node:24'])
  expect(engines.node).toBe('>=24')
  expect(execFileSync('node', ['--version'], { encoding: 'utf8' })).toMatch(/^v24\./)
})
