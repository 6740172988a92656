/** Values of invented cities, in the form of peers.csv, so that the brief has something to put next to the city's own. */
const CITIES: Readonly<
  Record<string, readonly (readonly [code: string, point: string, unit: string, value: number])[]>
> = {
  'Port Amaro (invented)': [
    ['EC:ICT:ICT:2C', '', '%', 66.2],
    ['EC:I:WS:3C', '', '%', 18.4],
    ['EN:EN:WS:4C', 'tertiary', '%', 55],
    ['EC:P:EM:1C', '', '%', 5.1],
  ],
  'Vellane (invented)': [
    ['EC:ICT:ICT:2C', '', '%', 74.9],
    ['EC:I:WS:3C', '', '%', 27.3],
    ['EN:EN:WS:4C', 'tertiary', '%', 31],
    ['EC:P:EM:1C', '', '%', 7.8],
  ],
  'Ostra Cove (invented)': [
    ['EC:ICT:ICT:2C', '', '%', 58],
    ['EC:I:WS:3C', '', '%', 22.9],
    ['EN:EN:WS:4C', 'tertiary', '%', 47],
    ['EC:P:EM:1C', '', '%', 6],
  ],
}
const YEAR = '2025'
const SOURCE = 'Yearbook of the Sarva Islands (invented)'

export function peersCsv(): string {
  const rows = Object.entries(CITIES).flatMap(([city, values]) =>
    values.map(([code, point, unit, value]) => [code, point, city, YEAR, value, unit, SOURCE].join(',')),
  )
  return `${['code,data_point,city,year,value,unit,source', ...rows].join('\n')}\n`
}
