import { parseArgs } from 'node:util'
import { packFiles, writePack } from './city/pack.ts'
import { planCity } from './city/plan/create-plan.ts'

const HELP = `Writes the city pack of a fictional city.

  npm run generate:city                                     the bundled demo city, made again
  node simulators/generate.ts --seed INTEGER --out FOLDER   another city

  --seed INTEGER  the same seed gives the same city; default 7
  --out FOLDER    where the pack is written
`
const options = readOptions()
const files = packFiles(planCity(options.seed))
await writePack(options.out, files)
for (const [path, text] of files) console.log(`${path}  ${Math.round(Buffer.byteLength(text) / 1024)} kB`)

function readOptions(): { seed: number; out: string } {
  try {
    const { values } = parseArgs({
      options: {
        seed: { type: 'string', default: '7' },
        out: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) {
      process.stdout.write(HELP)
      process.exit(0)
    }
    if (!/^-?\d+$/.test(values.seed)) throw new Error(`--seed is "${values.seed}"; it must be an integer`)
    if (values.out === undefined) throw new Error('--out is missing: the folder to write to')
    return { seed: Number(values.seed), out: values.out }
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`)
    process.exit(1)
  }
}
