import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
