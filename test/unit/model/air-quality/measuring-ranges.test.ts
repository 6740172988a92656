import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { MEASURING_RANGES } from '#model/air-quality/measuring-ranges.ts'
import { PROPERTIES } from '#model/observation/properties.ts'

/** docs/quality.md says of every limit where it comes from: `20 *cited*: …`, `20 **read**: …` or `20 assumed, …`. */
const STATED = /^(\d+) (\*cited\*: .|\*\*read\*\*: .|assumed)/
/** Litres of a mole of gas at 20 Cel and 101.325 kPa: R T / p. */
const MOLAR_VOLUME = (8.314462618 * 293.15) / 101.325

test('every measuring range is in the documentation with its source, and is the one in force', async () => {
  const lines = (await readFile('docs/quality.md', 'utf8')).split('\n')
  const rows = lines.flatMap((line) => {
    const [first = '', ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    const names = [...first.matchAll(/`([a-z0-9_]+)`/g)].map(([, name = '']) => name)
    return cells.length === 3 && names.every((name) => Object.hasOwn(MEASURING_RANGES, name))
      ? names.map((name) => ({ name, cells }))
      : []
  })
  expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(MEASURING_RANGES).sort())
  for (const { name, cells } of rows) {
    const molarMass = PROPERTIES.get(name)?.molarMass
    for (const [i, grade] of (['reference', 'indicative', 'low_cost'] as const).entries()) {
      const [, stated] = STATED.exec(cells[i] ?? '') ?? []
      expect(stated, `${name}, ${grade}: ${cells[i]}`).toBeDefined()
      const inForce = MEASURING_RANGES[name]?.top[grade] ?? 0
      // gases are stated in ppm; carbon monoxide is stored in mg/m3
      const per = molarMass === undefined ? 1 : (molarMass * (name === 'co' ? 1 : 1000)) / MOLAR_VOLUME
      expect(inForce / (Number(stated) * per), `${name}, ${grade}`).toBeCloseTo(1, 2)
    }
  }
})
