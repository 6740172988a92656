/**
 * Every command of the documentation runs as it is written, against a city that `npm start` runs. Only ports, the names
 * of files and the number of a Datastream (which depends on which device reports first) are replaced, the key comes from the
 * environment. What cannot run here is listed with the reason.
 */
import { spawn, spawnSync } from 'node:child_process'
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Command, codeOf, commandsOf, commandsUnder, ROOT, readDocuments } from '#test/documents.ts'
import { publish } from './publish.ts'
import { dataDirWithDatabase } from './shared.ts'
import { newDataDir, removeDataDir, type System, startSystem, until } from './system.ts'

const NOT_RUN: Readonly<Record<string, string>> = {
  'npm ci && npm start': 'every test of this folder starts a city',
  'npm ci && npm test': 'runs this test',
  'npm ci': 'every installation begins with it',
  'npm ci --omit=dev': '.ci/run installs the archive of a release with it',
  'npm start -- --no-dashboard': 'test/e2e/dev.test.ts starts it',
  'npm ci --omit=dev && npm start': '.ci/run installs the archive and starts it',
  'npm ci && npm run build && npm prune --omit=dev': 'changes the working copy; the Dockerfile does the same',
  'npx vitest run --project delivery': 'part of npm test',
  'npx vitest run --project db test/db/api-things.test.ts': 'part of npm test',
  'npx vitest run --project unit -t "local day"': 'part of npm test',
  'npm start -- --city FOLDER': 'a placeholder; start.test.ts and registry.test.ts run it with folders',
  'npm run city -- new port-lindo --name "Port Lindo" --districts districts.geojson --sensors sensors.csv --time-zone Europe/Lisbon --broker mqtt://localhost:1883':
    'test/e2e/first-city.test.ts runs it',
  'npm run city -- new port-lindo': 'asks on a terminal; test/unit/start/city-new.test.ts answers',
  'npm run city -- new port-lindo --crs EPSG:25831': 'test/unit/start/city-new.test.ts',
  'npm run city -- check port-lindo --broker mqtt://localhost:1883': 'test/e2e/first-city.test.ts runs it',
  'npm run city -- map port-lindo.osm.pbf --city port-lindo': 'test/e2e/first-city.test.ts runs it',
  'npm run city -- map EXTRACT --city FOLDER':
    'a placeholder; test/unit/domain/base-map/build.test.ts and test/e2e/base-map.test.ts run it with files',
  'MQTT_URL=mqtt://localhost:1883 npm start -- --city port-lindo': 'test/e2e/first-city.test.ts runs it',
  'npm run city -- new FOLDER': 'a placeholder; test/unit/start/city-new.test.ts',
  'npm run city -- check FOLDER': 'a placeholder; test/unit/domain/check-pack.test.ts checks packs with each fault',
  'npm run city -- check FOLDER --seconds 60': 'a placeholder; test/unit/start/city-check.test.ts',
  'npm run city -- check FOLDER --broker mqtt://HOST:1883': 'a placeholder; test/unit/start/city-check.test.ts',
  'node --max-old-space-size=384 start/main.ts': 'names how a figure was measured',
  'node api/indicators/document.ts': 'writes docs/indicators.md; test/unit/api/indicators/document.test.ts compares it',
  'npm run generate:city': 'writes into simulators/; test/generative/city.test.ts draws the same city',
  'npm run account -- --create anna@city.example': 'wants a city that does not run; test/db/account-command.test.ts',
  'npm run account -- --reset NAME': 'a placeholder; test/db/account-command.test.ts',
  'npm run simulate': 'runs until it is stopped; npm start runs the same simulator',
  'npm run bench': 'takes ten minutes',
  'npm run bench -- --only ingest,latency --seconds 12': 'takes minutes',
  'npm run bench -- --only overload --overload-seconds 60': 'takes minutes',
  'npm run bench -- --only overload': 'takes minutes',
  'npm run bench -- --only browser': 'takes minutes',
  'npm run bench -- --only browser --browser-things 20000 --browser-profiles .': 'takes minutes',
  'npm run bench -- --only indicators --observations N': 'takes minutes',
  'npm run bench -- --only alerting --kills 100': 'takes an hour',
  'npm run bench -- --only alerting --rules 0 --alert-seconds 0 --kills 20': 'takes minutes',
  'npm run bench -- --only alerting --rules 0 --alert-seconds 0 --kills 20 --kills-from 20': 'takes minutes',
  'npm run bench -- --only alerting --rules 0 --alert-seconds 40 --alert-rate 500 --kills 0': 'takes minutes',
  'DATABASE_URL=postgres://… npm run bench': 'takes ten minutes',
  'DATABASE_URL=postgres://… npm run restore -- --from city-export':
    'wants a server; test/db/transfer.test.ts restores between both kinds',
  'npm run credentials -- --to /etc/mosquitto/citywell': 'wants a server; test/db/device-credentials.test.ts',
  'npm run reconcile -- --from DATE --to DATE': 'a placeholder, and wants a server; test/db/reconcile.test.ts',
  'npm run requalify -- --from 2026-05-01 --to 2026-06-01 --property pm2_5':
    'wants a server; test/db/ingest-requalify.test.ts',
  'cp -a "$(ls -d .data/backups/* | tail -n 1)" city-restored': 'test/e2e/backup.test.ts runs it',
  'DATA_DIR=city-restored npm run check': 'test/e2e/backup.test.ts runs it',
  'DATA_DIR=city-restored npm start': 'test/e2e/backup.test.ts runs it',
  ...Object.fromEntries(
    (await commandsUnder('docs/operations.md', '### A database server')).map((text) => [
      text,
      'wants a server; test/db/backup.test.ts runs it',
    ]),
  ),
  'cp .env.example .env': 'changes the working copy',
  'docker compose up': 'wants Docker',
  'docker compose up --build': 'wants Docker',
  'docker compose up --scale ingest=2': 'wants Docker',
  'docker compose --profile demo up': 'wants Docker',
  'docker compose logs migrate': 'wants Docker',
}

const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}
const documents = await readDocuments()
const commands = documents.flatMap(commandsOf)
const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
/** `npm run check` in a sentence; test/unit/commands.test.ts starts each of them with --help. */
const isBareScript = ({ text }: Command): boolean => {
  const [, name] = /^npm (?:run )?([\w:]+)$/.exec(text) ?? []
  return name !== undefined && NOT_RUN[text] === undefined && scripts[name] !== undefined
}
const isRun = (command: Command): boolean => NOT_RUN[command.text] === undefined && !isBareScript(command)
const OFFLINE = /^npm run (questionnaire|export) /
const online = commands.filter((command) => isRun(command) && !OFFLINE.test(command.text))
const offline = commands.filter((command) => isRun(command) && OFFLINE.test(command.text))

let system: System
let folder: string
/** one that has an observation */
let datastream: number
beforeAll(async () => {
  folder = await newDataDir()
  system = await startSystem({ dataDir: await dataDirWithDatabase(), env: { BACKFILL_DAYS: '0' } })
  await writeFiles()
  await publish(system.mqttPort, 'city/air/air-002', '{"pm10": 12.5, "pm2_5": 7.5}')
  await publish(system.mqttPort, 'city/air/strange', '{"pm2_5": 3, "units": {"pm2_5": "furlong"}}')
  await until(
    async () => (await datastreamOf('air-002')) !== undefined,
    60_000,
    () => 'what was published is not stored',
  )
  datastream = (await datastreamOf('air-002')) ?? 0
})

async function datastreamOf(thing: string): Promise<number | undefined> {
  type Things = { features: { properties: { datastreams: { id: number; latest: unknown }[] } }[] }
  const { features } = await system.get<Things>(`/api/v1/things?thing=${thing}`)
  return features[0]?.properties.datastreams.find(({ latest }) => latest)?.id
}
afterAll(async () => {
  await system?.stop()
  if (system) await removeDataDir(system.dataDir)
  await removeDataDir(folder)
})

const yesterday = (hour: number): string => {
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
  return `${day}T${hour}:00:00Z`
}
/** Files that the commands name. */
const FILES =
  /(?<![\w./-])((?:street|meters|codebook)\.json|(?:meters|answers|sample|codes)\.csv|FILE|city-export|city-parquet|surveys)(?![\w.-])/g

async function writeFiles(): Promise<void> {
  const [time, later] = [yesterday(10), yesterday(11)]
  const street = [
    { thing: 'street-1', time, pm2_5: 8.1 },
    { thing: 'street-1', time: later, pm2_5: 9.2 },
  ]
  await writeFile(join(folder, 'street.json'), JSON.stringify(street))
  await writeFile(join(folder, 'meters.csv'), `When;House;Reading\n${time};house-1;12,5\n${later};house-1;12,9\n`)
  const mapping = {
    decimal: ',',
    time: { column: 'When' },
    thing: { column: 'House' },
    columns: { Reading: { property: 'energy', unit: 'kWh' } },
  }
  await writeFile(join(folder, 'meters.json'), JSON.stringify(mapping))
  await writeFile(join(folder, 'sample.csv'), 'respondent,weight\np1,12.5\np2,20\n')
  await copyFile(join(SURVEY, 'responses.csv'), join(folder, 'answers.csv'))
}
const SURVEY = join(ROOT, 'simulators/cities/demo/surveys/households-2026')

/** curl fails where the answer is an error. */
const PREAMBLE = 'curl() { command curl -sS --fail-with-body --max-time 20 "$@"; }\n'

/** Runs it to its end, or until it has printed `last`. */
function run(command: string, last?: string): Promise<{ code: number; output: string; errors: string }> {
  const text = command
    .replaceAll('localhost:8080', `localhost:${system.port}`)
    .replaceAll('/datastreams/12/', `/datastreams/${datastream}/`)
    .replaceAll('-p 1883', `-p ${system.mqttPort}`)
    .replaceAll(command.startsWith('npm') ? FILES : /$^/g, (name) =>
      join(folder, name === 'FILE' ? 'street.json' : name),
    )
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    PORT: `${system.port}`,
    MQTT_PORT: `${system.mqttPort}`,
    DATA_DIR: system.dataDir,
    CITYWELL_KEY: system.key(),
  }
  return new Promise((done) => {
    // A group of its own, so that what bash has started ends with it.
    const child = spawn('bash', ['-c', PREAMBLE + text], {
      ...{ cwd: ROOT, env, detached: true },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [output, errors] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (last !== undefined && output.includes(last) && child.pid) process.kill(-child.pid)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    child.on('close', (code) => done({ code: code ?? -1, output, errors }))
  })
}

const LISTS = ['features', 'observations', 'buckets', 'streams', 'estimates', 'indicators', 'messages']
const isEmpty = (answer: Record<string, unknown>): boolean =>
  LISTS.some((name) => Array.isArray(answer[name]) && answer[name].length === 0)

/** An example that answers nothing shows nothing. What was published takes a moment to be stored. */
async function expectAnswer(command: string): Promise<void> {
  let answer = ''
  const hasContent = async (): Promise<boolean> => {
    const { code, output, errors } = await run(command)
    expect({ code, errors, output: code === 0 ? '' : output }).toEqual({ code: 0, errors: '', output: '' })
    answer = output
    return !isEmpty(JSON.parse(output))
  }
  await until(hasContent, 20_000, () => `${command} answers without content: ${answer.slice(0, 500)}`)
}

test('every block says what it holds, and every JSON example is JSON', () => {
  const blocks = documents.flatMap((document) => document.blocks)
  const unknown = blocks.filter(({ language }) => !['sh', 'sql', 'json', 'xml', 'js', 'r', 'text'].includes(language))
  expect(unknown.map(({ file, line }) => `${file}:${line}`)).toEqual([])
  for (const { language, text } of blocks)
    if (language === 'json') JSON.parse(text.startsWith('"') ? `{${text}}` : text)
})

test('every command is run, or listed with the reason why not', () => {
  const listed = commands.filter(({ text }) => NOT_RUN[text] !== undefined)
  const known =
    /^(curl|mosquitto_pub|npm run (import|city|survey|questionnaire|export|hostile|chaos) --|npm start -- --help)/
  expect(commands.filter((command) => isRun(command) && !known.test(command.text))).toEqual([])
  expect(Object.keys(NOT_RUN).filter((text) => !listed.some((command) => command.text === text))).toEqual([])
  console.info(
    `${commands.length} documented commands: ${online.length + offline.length} run, ${listed.length} listed, the rest names a script`,
  )
})

/** Redirects, which exist with an identity provider only and are no part of the described API. */
const BROWSER_ONLY = /^\/api\/v1\/session\/oidc(\/callback)?$/

test('every path of the API that is named is in its description', async () => {
  const { paths } = await system.get<{ paths: Record<string, unknown> }>('/openapi.json')
  const patterns = Object.keys(paths).map(
    (path) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+').replace('{*}', '.+')}$`),
  )
  const named = documents
    .flatMap(codeOf)
    .flatMap(({ at, text }) =>
      [...text.matchAll(/\/api\/v1\/[\w/:<>.{}-]+/g)].map(([path]) => ({ at, path: path.replace(/[/.]+$/, '') })),
    )
  expect(named.length).toBeGreaterThan(40)
  expect(
    named.filter(
      ({ path }) =>
        !BROWSER_ONLY.test(path) &&
        !patterns.some(
          (pattern) => pattern.test(path) || pattern.source.startsWith(`^${path.replaceAll('/', '\\/')}\\/`),
        ),
    ),
  ).toEqual([])
})

test.for(online)('$at: $text', async ({ text }, { skip, onTestFailed }) => {
  onTestFailed(() => console.error(`what the city printed:\n${system.output().slice(-4000)}`))
  const program = text.split(' ', 1)[0] ?? ''
  if (!has(program)) return skip(`${program} is not installed`)
  if (text.startsWith('npm run survey -- check'))
    await copyFile(join(SURVEY, 'codebook.json'), join(folder, 'codebook.json'))
  if (text.startsWith('curl -N')) {
    // a stream without end: its first event ends the command
    const { output } = await run(text, 'event: snapshot')
    expect(output).toContain('event: snapshot')
  } else if (text.startsWith('curl')) await expectAnswer(text)
  else expect(await run(text)).toMatchObject({ code: 0 })
})

test('what the commands sent has arrived', async ({ skip }) => {
  if (!has('mosquitto_pub')) return skip('mosquitto_pub is not installed')
  const things = await system.get<{ features: { id: string }[] }>('/api/v1/things?property=pm2_5')
  expect(things.features.map(({ id }) => id)).toEqual(expect.arrayContaining(['my-sensor', 'street-1']))
})

test('commands on the data folder of a stopped city', async () => {
  expect(offline.length).toBeGreaterThan(2)
  await system.stop()
  for (const { text } of offline) expect({ text, ...(await run(text)) }).toMatchObject({ text, code: 0 })
  for (const name of ['city-export', 'city-parquet'])
    expect(await readdir(join(folder, name))).toContain('manifest.json')
})
