import { parseArgs } from 'node:util'
import { packFiles, writePack } from './city/pack.ts'
import { planCity } from './city/plan.ts'

/** `node simulators/generate.ts --seed 7 --out FOLDER`: writes a city pack of a fictional city. */
const { values } = parseArgs({ options: { seed: { type: 'string', default: '7' }, out: { type: 'string' } } })
const seed = Number(values.seed)
if (!Number.isInteger(seed) || values.out === undefined) {
  console.error('usage: node simulators/generate.ts --seed INTEGER --out FOLDER')
  process.exit(2)
}
const files = packFiles(planCity(seed))
await writePack(values.out, files)
for (const [path, text] of files) console.log(`${path}  ${Math.round(Buffer.byteLength(text) / 1024)} kB`)
