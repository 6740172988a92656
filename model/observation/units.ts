import type { ObservedProperty } from './properties.ts'

/**
 * Conversion between UCUM units. A unit is a dimension, a factor and an offset: base = value * factor + offset.
 * Source of the codes: UCUM 2.2 (ucum.org). Levels (dB) do not convert into one another.
 */
type Unit = { readonly dimension: string; readonly factor: number; readonly offset?: number }
const u = (dimension: string, factor: number, offset = 0): Unit => ({ dimension, factor, offset })

const UNITS: Readonly<Record<string, Unit>> = {
  '1': u('ratio', 1),
  '%': u('ratio', 0.01),
  '[ppth]': u('ratio', 1e-3),
  '[ppm]': u('ratio', 1e-6),
  '[ppb]': u('ratio', 1e-9),
  '{count}': u('count', 1),
  'g/m3': u('concentration', 1e6),
  'mg/m3': u('concentration', 1e3),
  'ug/m3': u('concentration', 1),
  'ng/m3': u('concentration', 1e-3),
  K: u('temperature', 1),
  Cel: u('temperature', 1, 273.15),
  '[degF]': u('temperature', 5 / 9, 459.67 * (5 / 9)),
  Pa: u('pressure', 1),
  hPa: u('pressure', 100),
  kPa: u('pressure', 1000),
  mbar: u('pressure', 100),
  bar: u('pressure', 1e5),
  'mm[Hg]': u('pressure', 133.322387415),
  "[in_i'Hg]": u('pressure', 133.322387415 * 25.4),
  W: u('power', 1),
  kW: u('power', 1e3),
  MW: u('power', 1e6),
  mW: u('power', 1e-3),
  var: u('reactive', 1),
  kvar: u('reactive', 1e3),
  'V.A': u('apparent', 1),
  'kV.A': u('apparent', 1e3),
  'kW.h': u('energy', 1),
  'W.h': u('energy', 1e-3),
  'MW.h': u('energy', 1e3),
  'GW.h': u('energy', 1e6),
  'W.min': u('energy', 1 / 60_000),
  J: u('energy', 1 / 3.6e6),
  kJ: u('energy', 1 / 3600),
  MJ: u('energy', 1 / 3.6),
  GJ: u('energy', 1000 / 3.6),
  V: u('voltage', 1),
  mV: u('voltage', 1e-3),
  kV: u('voltage', 1e3),
  'V/m': u('field', 1),
  'mV/m': u('field', 1e-3),
  A: u('current', 1),
  mA: u('current', 1e-3),
  Hz: u('frequency', 1),
  kHz: u('frequency', 1e3),
  MHz: u('frequency', 1e6),
  m3: u('volume', 1),
  L: u('volume', 1e-3),
  dm3: u('volume', 1e-3),
  '[gal_us]': u('volume', 0.003785411784),
  '[cft_i]': u('volume', 0.028316846592),
  'L/min': u('volume-flow', 1),
  'L/h': u('volume-flow', 1 / 60),
  'm3/h': u('volume-flow', 1000 / 60),
  'L/s': u('volume-flow', 60),
  'm3/s': u('volume-flow', 60_000),
  m: u('length', 1),
  km: u('length', 1e3),
  cm: u('length', 0.01),
  mm: u('length', 1e-3),
  '[mi_i]': u('length', 1609.344),
  '[in_i]': u('length', 0.0254),
  'm/s': u('speed', 1),
  'km/h': u('speed', 1 / 3.6),
  '[mi_i]/h': u('speed', 0.44704),
  '[kn_i]': u('speed', 1852 / 3600),
  s: u('time', 1),
  ms: u('time', 1e-3),
  us: u('time', 1e-6),
  min: u('time', 60),
  h: u('time', 3600),
  d: u('time', 86_400),
  '/h': u('rate', 1),
  '/min': u('rate', 60),
  '/s': u('rate', 3600),
  'bit/s': u('bit-rate', 1),
  'kbit/s': u('bit-rate', 1e3),
  'Mbit/s': u('bit-rate', 1e6),
  'Gbit/s': u('bit-rate', 1e9),
  'By/s': u('bit-rate', 8),
  'kBy/s': u('bit-rate', 8e3),
  'MBy/s': u('bit-rate', 8e6),
  'dB{mW}': u('level-mW', 1),
  dB: u('level', 1),
  'dB{A}': u('level-A', 1),
  deg: u('angle', 1),
  rad: u('angle', 180 / Math.PI),
  lx: u('illuminance', 1),
  klx: u('illuminance', 1e3),
  'W/m2': u('irradiance', 1),
}

/** Spellings met in payloads, mapped to the UCUM code. Letter case is preserved where it distinguishes units (mW, MW). */
const ALIASES: Readonly<Record<string, string>> = {
  '°C': 'Cel',
  '℃': 'Cel',
  // with the ordinal indicator
  ºC: 'Cel',
  C: 'Cel',
  degC: 'Cel',
  celsius: 'Cel',
  '°F': '[degF]',
  '℉': '[degF]',
  F: '[degF]',
  degF: '[degF]',
  fahrenheit: '[degF]',
  kelvin: 'K',
  'µg/m³': 'ug/m3',
  'μg/m³': 'ug/m3',
  'µg/m3': 'ug/m3',
  'μg/m3': 'ug/m3',
  'ug/m³': 'ug/m3',
  'mg/m³': 'mg/m3',
  'ug.m-3': 'ug/m3',
  'ug/m^3': 'ug/m3',
  'µg⋅m⁻³': 'ug/m3',
  'µg/m^3': 'ug/m3',
  'mg/m^3': 'mg/m3',
  ppm: '[ppm]',
  ppb: '[ppb]',
  '%RH': '%',
  percent: '%',
  ratio: '1',
  '': '1',
  '/': '1',
  'K Pa': 'kPa',
  mmHg: 'mm[Hg]',
  inHg: "[in_i'Hg]",
  kWh: 'kW.h',
  Wh: 'W.h',
  MWh: 'MW.h',
  GWh: 'GW.h',
  VA: 'V.A',
  kVA: 'kV.A',
  VAr: 'var',
  VAR: 'var',
  kVAr: 'kvar',
  'm³': 'm3',
  l: 'L',
  'l/min': 'L/min',
  'l/h': 'L/h',
  'm³/h': 'm3/h',
  'm³⋅m⁻³': '1',
  'm³/m³': '1',
  'm⋅s⁻¹': 'm/s',
  kmh: 'km/h',
  kph: 'km/h',
  mph: '[mi_i]/h',
  'mi/h': '[mi_i]/h',
  kn: '[kn_i]',
  count: '{count}',
  counts: '{count}',
  '{#}': '{count}',
  'veh/h': '/h',
  '1/h': '/h',
  '1/min': '/min',
  '1/s': '/s',
  dBm: 'dB{mW}',
  'dB[mW]': 'dB{mW}',
  dBA: 'dB{A}',
  'dB(A)': 'dB{A}',
  'dB[A]': 'dB{A}',
  'B/s': 'By/s',
  bps: 'bit/s',
  kbps: 'kbit/s',
  Mbps: 'Mbit/s',
  Gbps: 'Gbit/s',
  lux: 'lx',
  Lux: 'lx',
  '°': 'deg',
  degree: 'deg',
  'W/m²': 'W/m2',
  'W/m^2': 'W/m2',
  'W⋅m⁻²': 'W/m2',
  '1/1': '1',
  mbars: 'mbar',
}

export const UNIT_CODES: readonly string[] = Object.keys(UNITS)

/** The UCUM code for a spelling met in the wild, or undefined when it is no unit Citywell knows. */
export function ucum(unit: string): string | undefined {
  const trimmed = unit.trim()
  if (Object.hasOwn(UNITS, trimmed)) return trimmed
  return Object.hasOwn(ALIASES, trimmed) ? ALIASES[trimmed] : undefined
}

/** Codes and spellings of every unit that is known. */
export const UNIT_NAMES: readonly string[] = [
  ...Object.keys(UNITS),
  ...Object.keys(ALIASES).filter((name) => name !== ''),
]

/** Factors from every unit of the same dimension to this one, without offsets: what a register in that unit counts. */
export function factorsTo(unit: string): number[] {
  const target = UNITS[unit]
  if (!target) return [1]
  return Object.values(UNITS)
    .filter(({ dimension, offset }) => dimension === target.dimension && !offset)
    .map(({ factor }) => factor / target.factor)
}

/**
 * Litres that one mole of gas fills at 20 Cel and 101.3 kPa, the reference state of Directive 2008/50/EC, annex VI
 * (and of Directive (EU) 2024/2881): 8.314462618 J/(mol.K) * 293.15 K / 101.3 kPa.
 */
export const MOLAR_VOLUME_L = (8.314462618 * 293.15) / 101.3

/** Converts a value into the canonical unit of a property, or undefined when the units do not fit together. */
export function toCanonical(value: number, unit: string, property: ObservedProperty): number | undefined {
  if (unit === property.unit) return value
  const from = ucum(unit)
  if (from === undefined) return undefined
  if (from === property.unit) return value
  const source = UNITS[from]
  const target = UNITS[property.unit]
  if (!source || !target) return undefined
  if (source.dimension === target.dimension) {
    const shift = (source.offset ?? 0) - (target.offset ?? 0)
    return inDecimals((value * source.factor + shift) / target.factor, shift !== 0)
  }
  return fromMixingRatio(value, source, target, property.molarMass)
}

/**
 * Without the noise of binary numbers: 1.001 MWh are 1001 kWh and not 1000.9999999999999, which is another value to a limit, a
 * replay and a reader. No instrument has fifteen digits, and no thermometer nine decimals.
 */
const inDecimals = (result: number, isShifted: boolean): number =>
  isShifted && Math.abs(result) < 1e6 ? Math.round(result * 1e9) / 1e9 + 0 : Number(result.toPrecision(15))

/** Mixing ratio (ppb by volume) to mass concentration at 20 Cel and 101.3 kPa: ug/m3 = ppb * M / V. */
function fromMixingRatio(value: number, source: Unit, target: Unit, molarMass: number | undefined): number | undefined {
  if (molarMass === undefined || source.dimension !== 'ratio' || target.dimension !== 'concentration') return undefined
  const ppb = (value * source.factor) / 1e-9
  return (ppb * molarMass) / MOLAR_VOLUME_L / target.factor
}
