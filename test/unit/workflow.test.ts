/** The hosted workflow runs what .ci/run runs, with no more rights than it needs. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const workflow = await readFile(resolve(root, '.github/workflows/ci.yml'), 'utf8')
const valuesOf = (key: string): string[] =>
  [...workflow.matchAll(new RegExp(`^[ -]*${key}: *(.+)$`, 'gm'))].map(([, value = '']) => value.trim())

test('it calls .ci/run, on pushes to main and on pull requests', () => {
  expect(valuesOf('run')).toContain('.ci/run')
  expect(workflow).toMatch(/^on:\n {2}push:\n {4}branches: \[main\]\n {2}pull_request:$/m)
})

test('it may read the repository and nothing else', () => {
  expect(workflow).toMatch(/^permissions:\n {2}contents: read\n\n/m)
  expect(workflow).not.toMatch(/: write|secrets\.|pull_request_target/)
  expect(valuesOf('persist-credentials')).toEqual(['false'])
})

test('every action is pinned to a commit, with its version as a comment', () => {
  const actions = valuesOf('uses')
  expect(actions.length).toBeGreaterThan(0)
  for (const action of actions) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})

test('it runs the version of Node that the project asks for', async () => {
  const { engines } = JSON.parse(await readFile(resolve(root, 'package.json'), 'utf8')) as { engines: { node: string } }
  expect(valuesOf('node-version')).toEqual([/\d+/.exec(engines.node)?.[0]])
})
