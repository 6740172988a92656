import { factorsTo } from '../observation/units.ts'

/** Registers of 16, 24 and 32 bits, and of four decimal wheels or digits upwards. */
const SIZES = [2 ** 16, 2 ** 24, 2 ** 32, ...Array.from({ length: 9 }, (_, i) => 10 ** (i + 4))]
/** Registers count whole units, tenths, hundredths or thousandths of what they show. */
const DECIMALS = [1, 0.1, 0.01, 0.001]
/** A register rolls over at its end: the last reading before lies in the last tenth, the first one after in the first half. Ours. */
const END = 0.9
const START = 0.5

const known = new Map<string, readonly number[]>()

/** The highest numbers of registers, in a canonical unit, in whatever unit of the same dimension the device counts. */
function registersIn(unit: string): readonly number[] {
  let registers = known.get(unit)
  if (!registers) {
    const sizes = factorsTo(unit).flatMap((factor) =>
      SIZES.flatMap((size) => DECIMALS.map((decimal) => size * decimal * factor)),
    )
    registers = [...new Set(sizes)].sort((a, b) => a - b)
    known.set(unit, registers)
  }
  return registers
}

/** What was counted when a register passed its end between two readings, if that explains the drop within `maxCount`. */
export function rolledOver(from: number, to: number, maxCount: number, unit: string): number | undefined {
  const size = registersIn(unit).find((register) => register > from && register - from + to <= maxCount)
  return size !== undefined && from >= END * size && to <= START * size ? size - from + to : undefined
}
