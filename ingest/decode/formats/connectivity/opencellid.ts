import type { ThingRow } from '#model/city/city-pack.ts'
import { parseCsv } from '#model/text/csv.ts'
import { clip } from '../../helpers/input.ts'
import { reject } from '../../helpers/result.ts'
import type { FieldProblem, Format } from '../../helpers/types.ts'

/**
 * OpenCelliD, the table of cells: their places, without measurements. It is therefore not published over MQTT;
 * `npm run import` turns it into rows of the registry. With or without a header; longitude before latitude.
 * Source: wiki.opencellid.org, "Menu map view", database format.
 */
export const openCellId: Format = {
  name: 'opencellid',
  claims: ({ text }) => HEADER.test(text) || ROW.test(text),
  decode: (input) =>
    HEADER.test(input.text) || ROW.test(input.text)
      ? reject('no_measurement', 'table of cells; npm run import turns it into Things')
      : reject('wrong_shape', `expected a table of cells: "${clip(input.text)}"`),
}

const HEADER = /^radio,mcc,net,area,cell,unit,lon,lat,range,/
const ROW = /^(?:GSM|UMTS|LTE|CDMA|NR),\d{1,3},\d{1,5},\d{1,10},\d{1,12},/
const TECHNOLOGY: Readonly<Record<string, string>> = { GSM: '2g', CDMA: '2g', UMTS: '3g', LTE: '4g', NR: '5g' }

/** The Things of kind mast of a table of cells, one per cell; `averageSignal` is always 0 and ignored. */
export function readCells(text: string): { things: ThingRow[]; problems: FieldProblem[] } {
  const things: ThingRow[] = []
  const problems: FieldProblem[] = []
  for (const [index, cells] of parseCsv(text, ',').entries()) {
    if (cells[0] === 'radio') continue
    const thing = readCell(cells)
    if (typeof thing === 'string')
      problems.push({ field: `line ${index + 1}`, reason: 'wrong_shape', detail: clip(thing) })
    else things.push(thing)
  }
  return { things, problems }
}

function readCell(cells: readonly string[]): ThingRow | string {
  const [radio = '', mcc = '', net = '', area = '', cell = '', , lon = '', lat = '', range = '', samples = ''] = cells
  const technology = TECHNOLOGY[radio]
  if (technology === undefined) return `"${radio}" is no radio technology`
  if (![mcc, net, area, cell].every((part) => /^\d{1,12}$/.test(part))) return 'mcc, net, area and cell are numbers'
  const [x, y] = [Number(lon), Number(lat)]
  if (lon === '' || lat === '' || !(Math.abs(x) <= 180 && Math.abs(y) <= 90)) return `[${lon}, ${lat}] is no place`
  const id = [radio.toLowerCase(), mcc, net, area, cell].join('-')
  return {
    key: `cell-${id}`,
    name: `${radio} ${mcc}-${net.padStart(2, '0')} ${area}/${cell}`,
    domain: 'connectivity',
    kind: 'mast',
    grade: 'unknown',
    device: `opencellid/${id}`,
    place: { type: 'Point', coordinates: [x, y] },
    attributes: {
      technologies: technology,
      ...(Number(range) > 0 && { rangeM: Number(range) }),
      ...(Number(samples) > 0 && { samples: Number(samples) }),
    },
  }
}
