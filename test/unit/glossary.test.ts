/** Words that docs/glossary.md replaces do not come back, in code, comments, documents or texts of the pages. */
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** What may not occur, with the term of the glossary to use instead. The list grows. */
const BANNED: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/is none of ours/i, 'say what is wrong and what would be right'],
  [/waits for himself/i, 'a flooding device delays only itself'],
  [/fresh lane/i, 'overload bypass'],
  [/judged again/i, 're-evaluated'],
  [/\b(useTools|createTools|ToolsContext)\b/, 'useI18n and formatters'],
  [/\bfilm\b|PlaybackFilm/i, 'frames'],
  [/in the disguise/i, 'say the condition itself'],
  [/\bfor himself\b/i, 'for itself'],
  [/\bthe books\b/i, 'the ledger'],
  [/\b(MOST|LEAST)_[A-Z]/, 'MAX_ and MIN_'],
  [/\bawayS\b/, 'outageSeconds'],
  [/\btold apart\b/i, 'distinguished; of statistics: significant'],
  [/\b(database|broker|server) is away\b/i, 'unreachable'],
  [/\b(keepNights|forgetVoices)\b/, 'scheduleNightlyJobs, deleteExpiredVoices'],
]

/** This list and the glossary name the words; released migrations are checksummed and stay as they are. */
const EXEMPT = /^(test\/unit\/glossary\.test\.ts|docs\/glossary\.md|infra\/db\/migrations\/)/
const READ = /\.(ts|tsx|css|json|md|yml|html|sql|toml)$|^\.ci\/run$|^infra\/deploy\//
const GENERATED = /^package-lock\.json$|^simulators\/cities\/|^test\/.*\.json$/

const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => READ.test(file) && !EXEMPT.test(file) && !GENERATED.test(file))
const texts = await Promise.all(
  files.map(async (file) => ({ file, lines: (await readFile(join(root, file), 'utf8').catch(() => '')).split('\n') })),
)

test('there is something to read', () => expect(texts.length).toBeGreaterThan(500))

test.for(BANNED)('%s: %s', ([pattern, instead]) => {
  const found = texts.flatMap(({ file, lines }) =>
    lines.flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  )
  expect(found, `use: ${instead}`).toEqual([])
})
