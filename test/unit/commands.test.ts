/** Every command of package.json starts as documented: its help, and a clear refusal of an option that does not exist. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
/** Scripts that run tools of others, which answer for themselves. */
const TOOLS = new Set(['build', 'lint', 'types', 'unused', 'test', 'fuzz', 'sbom'])
const { scripts } = JSON.parse(await readFile(resolve(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}
const commands = Object.entries(scripts).flatMap(([name, line]) => {
  if (TOOLS.has(name)) return []
  const [, , ...words] = line.split(' ')
  const end = words.findIndex(
    (word) => word.startsWith('--') && words.slice(0, words.indexOf(word)).some((w) => w.endsWith('.ts')),
  )
  return [{ name, node: end < 0 ? words : words.slice(0, end) }]
})

type Ended = { code: number; stdout: string; stderr: string }
/** As on a fresh machine: nothing of the environment but the path. */
const run = (words: readonly string[]): Promise<Ended> =>
  new Promise((done) => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] }
    execFile(process.execPath, [...words], { cwd: root, env, timeout: 60_000 }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })

test.for(commands)('npm run $name -- --help says how it is used', { timeout: 60_000 }, async ({ name, node }) => {
  const ended = await run([...node, '--help'])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(ended.stdout).toContain(name === 'start' ? 'npm start' : `npm run ${name}`)
})

test.for(commands)('npm run $name -- --help | head ends quietly', { timeout: 60_000 }, async ({ node }) => {
  const child = spawn(process.execPath, [...node, '--help'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  // The reader is gone before the first word, as it may be behind a pipe.
  child.stdout.destroy()
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  const [code] = await once(child, 'close')
  expect({ code, complaint }).toEqual({ code: 0, complaint: '' })
})

test.for(commands)('npm run $name passes signals on: npm runs it in a shell that does not', ({ name }) => {
  expect(scripts[name]).toMatch(/^exec node /)
})

test.for(commands)('npm run $name refuses an option that does not exist', { timeout: 60_000 }, async ({ node }) => {
  const ended = await run([...node, '--no-such-option'])
  expect(ended.code).toBe(1)
  expect(ended.stdout).toBe('')
  expect(ended.stderr).toContain('no-such-option')
  expect(ended.stderr).not.toContain('    at ')
})
