/**
 * Units at the end of field names: `no2_ppb`, `pressure_hPa`, `tempC`, `energy kWh`, `wind_avg_m_s`. A unit is separated
 * from the name, or begins with a capital letter after a small one. Which unit `c`, `m` or `a` is depends on the quantity:
 * those of another dimension are left out by the caller.
 */
const UNITS: readonly (readonly [unit: string, spellings: string])[] = [
  ['Cel', 'c degc deg_c celsius °c'],
  ['[degF]', 'f degf deg_f fahrenheit °f'],
  ['K', 'k kelvin'],
  ['%', 'pct percent perc % rh_pct rh_percent'],
  ['hPa', 'hpa mbar'],
  ['kPa', 'kpa'],
  ['Pa', 'pa'],
  ['bar', 'bar'],
  ['mm[Hg]', 'mmhg'],
  ["[in_i'Hg]", 'inhg'],
  ['[ppm]', 'ppm'],
  ['[ppb]', 'ppb'],
  ['ug/m3', 'ugm3 ug_m3 ugpm3 µg/m³ µg/m3 ug/m3 ug/m³'],
  ['mg/m3', 'mgm3 mg_m3 mg/m3 mg/m³'],
  ['kW', 'kw kilowatt kilowatts'],
  ['W', 'w watt watts'],
  ['var', 'var vars'],
  ['V.A', 'va'],
  ['kW.h', 'kwh'],
  ['W.h', 'wh'],
  ['mV', 'mv millivolt millivolts'],
  ['V', 'v volt volts'],
  ['mA', 'ma milliampere milliamps'],
  ['A', 'a amp amps ampere amperes'],
  ['Hz', 'hz hertz'],
  ['m3/h', 'm3h m3_h m3/h cmh'],
  ['L/min', 'lmin l_min l/min lpm'],
  ['L/h', 'lh l_h l/h lph'],
  ['L/s', 'ls l_s l/s'],
  ['m3', 'm3 m³ cubicmeters cubicmetres'],
  ['L', 'l liter liters litre litres'],
  ['m/s', 'ms m_s m/s mps'],
  ['km/h', 'kmh km_h km/h kph'],
  ['[mi_i]/h', 'mph mi_h'],
  ['[kn_i]', 'kn knots kt'],
  ['mm', 'mm'],
  ['cm', 'cm'],
  ['m', 'm meter meters metre metres'],
  ['deg', 'deg degrees °'],
  ['klx', 'klx klux'],
  ['lx', 'lx lux'],
  ['W/m2', 'wm2 w_m2 w/m2 w/m²'],
  ['dB{A}', 'dba db_a laeq'],
  ['dB{mW}', 'dbm'],
  ['dB', 'db'],
  ['s', 's sec seconds'],
  ['min', 'min minutes'],
]

const BY_SPELLING: ReadonlyMap<string, readonly string[]> = (() => {
  const found = new Map<string, string[]>()
  for (const [unit, spellings] of UNITS)
    for (const spelling of spellings.split(' ')) found.set(spelling, [...(found.get(spelling) ?? []), unit])
  return found
})()
const LONGEST = Math.max(...[...BY_SPELLING.keys()].map((spelling) => spelling.length))

export type NamedUnit = { readonly stem: string; readonly unit: string }

/** Every way to read the end of a name as a unit, the longest unit first. Neither `MW` nor `mW` is read: letter case does not distinguish them. */
export function unitsAtEnd(name: string): NamedUnit[] {
  const found: NamedUnit[] = []
  const text = name.replace(/[)\]]$/, '')
  for (let length = Math.min(LONGEST, text.length - 1); length > 0; length -= 1) {
    const spelling = text.slice(-length)
    const units = BY_SPELLING.get(spelling.toLowerCase())
    if (!units) continue
    const stem = text.slice(0, -length)
    if (!endsWord(stem, spelling)) continue
    for (const unit of units) found.push({ stem, unit })
  }
  return found
}

const SEPARATOR = /[ _.\-:/([]$/
function endsWord(stem: string, unit: string): boolean {
  if (SEPARATOR.test(stem)) return true
  // currentMa, tempC, pressureHPa; "no2Ppb" ends in a digit
  return /[a-z0-9]$/.test(stem) && /^[A-Z]/.test(unit)
}
