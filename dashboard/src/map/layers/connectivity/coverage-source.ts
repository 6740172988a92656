import { coverageQuery } from '../../../http/queries.ts'
import { downloadScale, latencyScale, rscpScale, rsrpScale, type Scale, uploadScale } from '../../colours/scales.ts'

export const COVERAGE_MEASURES = ['4g', '5g', '3g', 'download', 'upload', 'latency'] as const

/** What to request from the API, and how to colour it. 3G has a received code power (RSCP) instead of RSRP. */
export const COVERAGE: Readonly<Record<string, { property: string; channel?: string; scale: Scale }>> = {
  '3g': { property: 'rscp', channel: '3g', scale: rscpScale },
  '4g': { property: 'rsrp', channel: '4g', scale: rsrpScale },
  '5g': { property: 'rsrp', channel: '5g', scale: rsrpScale },
  download: { property: 'download', scale: downloadScale },
  upload: { property: 'upload', scale: uploadScale },
  latency: { property: 'latency', scale: latencyScale },
}

/** Of what moving sensors measured; undefined where the name is no measure of theirs. */
export function coverageQueryOf(name: string) {
  const source = COVERAGE[name]
  return source && coverageQuery(source.property, source.channel)
}
