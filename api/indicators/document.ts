import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { INDICATORS } from '#model/indicators/catalogue/index.ts'
import type { DataPoint, Indicator } from '#model/indicators/catalogue/schema.ts'
import { MEASURES } from './measures/index.ts'

/**
 * docs/indicators.md, generated from the catalogue and the measures, so that it always agrees with the code.
 * `node api/indicators/document.ts` writes it; a test fails when it is out of date.
 */
export const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'indicators.md')

const DIRECTIONS: Readonly<Record<Indicator['direction'], string>> = {
  higher: 'higher is better',
  lower: 'lower is better',
  two_sided: 'best at parity',
  yes_no: 'yes is better',
  none: 'neither is better',
}

export function indicatorsPage(): string {
  const points = INDICATORS.flatMap(({ dataPoints }) => dataPoints)
  const scored = points.filter(({ benchmark }) => benchmark !== null).length
  const lines = [
    '# The indicators',
    '',
    'Generated from `model/indicators/catalogue` by `node api/indicators/document.ts`; do not edit by hand.',
    '',
    `The ${INDICATORS.length} indicators of Recommendation ITU-T Y.4903 (U4SSC) with ${points.length} data points, in Citywell’s own words;`,
    'the Recommendation and the U4SSC collection methodology are authoritative. How values are computed, scored and aggregated:',
    '[statistics.md](statistics.md).',
    '',
    `Citywell computes ${MEASURES.size} indicators itself where a city has the data they need; the others have values that the`,
    `city reports. ${scored} data points have a benchmark and are scored; the others are shown without a score. A benchmark is`,
    'from U4SSC only where stated.',
    ...dimensions(INDICATORS),
  ]
  return `${lines.join('\n')}\n`
}

function dimensions(indicators: readonly Indicator[]): string[] {
  return grouped(indicators, ({ dimension }) => dimension).flatMap(([dimension, here]) => [
    '',
    `## ${dimension}`,
    ...grouped(here, ({ subDimension, category }) => `${subDimension}: ${category}`).flatMap(([heading, members]) => [
      '',
      `### ${heading}`,
      ...members.flatMap(entry),
    ]),
  ])
}

function entry(indicator: Indicator): string[] {
  const { code, alternativeCodes, name, tier, type, unit, definition, numerator, denominator, direction, sdg } =
    indicator
  const also = alternativeCodes.length > 0 ? ` (also ${alternativeCodes.join(', ')})` : ''
  const measure = MEASURES.get(code)
  const [low, high] = indicator.plausibleRange
  return [
    '',
    `#### ${code} ${name}`,
    '',
    definition,
    '',
    `- ${tier}, ${type}; unit: ${unit}; ${DIRECTIONS[direction]}; SDG ${sdg}${also}`,
    denominator ? `- ${numerator} / ${denominator}` : `- ${numerator}`,
    `- plausible: ${high === null ? `${low} and more` : `${low} to ${high}`}`,
    ...indicator.dataPoints.map((point) => `- ${pointText(indicator, point)}`),
    ...(indicator.extensions ?? []).map(({ name: extension }) => `- ${extension}: shown with the others, never scored`),
    measure
      ? `- ${measure.origin} (formula version ${measure.version}) from ${measure.needs}; else reported by the city`
      : '- reported by the city',
  ]
}

function pointText(indicator: Indicator, { id, name, benchmark, benchmarkBasis, direction }: DataPoint): string {
  const head =
    id === ''
      ? ''
      : `\`${id}\` ${name}${direction && direction !== indicator.direction ? ` (${DIRECTIONS[direction]})` : ''}: `
  return benchmark === null ? `${head}${benchmarkBasis}` : `${head}benchmark ${benchmark}: ${benchmarkBasis}`
}

function grouped(indicators: readonly Indicator[], keyOf: (one: Indicator) => string): [string, Indicator[]][] {
  const groups = new Map<string, Indicator[]>()
  for (const indicator of indicators) {
    const key = keyOf(indicator)
    groups.set(key, [...(groups.get(key) ?? []), indicator])
  }
  return [...groups]
}

if (import.meta.main) writeFileSync(DOCUMENT, indicatorsPage())
