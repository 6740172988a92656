import type { Incident } from '#model/api/alerts.ts'
import type { ZoneFeatures } from '#model/api/city.ts'
import type { Position } from '#model/basics/geo.ts'
import type { Formatters } from '../i18n/formatters.ts'
import { centreOf } from '../map/canvas/place-labels.ts'
import { AQI, type Rgb } from '../map/colours/palette.ts'
import { type Marks, NO_MARKS, type PointMark } from '../map/layer-model/model.ts'
import { ruleName } from './rule-name.ts'
import { subjectName } from './subject-name.ts'

const [, MODERATE, , UNHEALTHY] = AQI
/** Severities darken like the categories of an index; the shape says the same. */
export const SEVERITY_COLOURS = {
  info: [154, 171, 181] as Rgb,
  warning: MODERATE as Rgb,
  critical: UNHEALTHY as Rgb,
} as const
const SHAPES = { info: 'dot', warning: 'diamond', critical: 'square' } as const

/** Where an incident is: its own place, else its district; null for what concerns the entire city or the system. */
export function placeOf({ location, zone }: Incident, zones: ZoneFeatures): Position | null {
  if (location) return [location[0], location[1]]
  const feature = zones.features.find(({ properties }) => properties.key === zone)
  return feature ? centreOf(feature.geometry) : null
}

/** One mark for each incident that has a place. */
export function incidentMarks(incidents: readonly Incident[], zones: ZoneFeatures, i18n: Formatters): Marks {
  const points = incidents.flatMap((incident): PointMark[] => {
    const position = placeOf(incident, zones)
    if (!position) return []
    const { id, subject, rule, severity, affectedThings } = incident
    return [
      {
        id: `incident:${id}`,
        name: subjectName(i18n, subject),
        position,
        colour: SEVERITY_COLOURS[severity],
        trust: 'fresh',
        confirmed: true,
        radius: severity === 'critical' ? 13 : 11,
        shape: SHAPES[severity],
        label: affectedThings > 1 ? i18n.integer(affectedThings) : '',
        hint: `${i18n.t(`now.severity.${severity}`)}: ${ruleName(i18n, rule)}`,
      },
    ]
  })
  return { ...NO_MARKS, points }
}
