import { z } from 'zod'

const instant = z.iso.datetime({ offset: true })

/** A measured burden or service of the districts that count, weighted by their population. */
const areaBurden = z.object({
  id: z.string(),
  name: z.string(),
  /** burden: more is worse; service: more is better */
  kind: z.enum(['burden', 'service']),
  unit: z.string(),
  value: z.number(),
  /** mean over the people of the districts of the city that have a value */
  city: z.number(),
  /** districts with a value, of those that count */
  zones: z.int(),
})

/** A share from the newest survey, made of published estimates of districts only. */
const areaEstimate = z.object({
  question: z.string(),
  text: z.string(),
  /** null where all districts that count are suppressed */
  value: z.number().nullable(),
  standardError: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  /** respondents of the districts whose estimates are published */
  n: z.int().nullable(),
  /** districts that count whose estimate is published, and those whose estimate is suppressed */
  zones: z.int(),
  suppressed: z.int(),
})

/** The newest good values of the devices that lie in the area. */
const areaProperty = z.object({
  property: z.string(),
  unit: z.string(),
  /** devices with a good value that is not stale */
  devices: z.int(),
  median: z.number(),
  min: z.number(),
  max: z.number(),
  /** time of the newest of these values */
  newest: instant,
})

/**
 * GET /api/v1/area?polygon=lon,lat,… or ?zones=a,b
 *
 * People are counted by the share of each district's area that lies inside. All other figures of people are those of entire districts:
 * so no two areas differ by less than a district.
 */
export const areaResponse = z.object({
  at: instant,
  simulated: z.boolean(),
  drawn: z.boolean(),
  /** of a polygon that is drawn: its area; of districts: theirs */
  areaKm2: z.number(),
  /** `estimated`: of a polygon, rounded to ten people; null where it is refused, or where no district inside states its population */
  population: z.object({ value: z.number(), estimated: z.boolean() }).nullable(),
  /** why there are no figures of people: fewer live there than `minResidents`, or it lies outside of all districts */
  refused: z.enum(['too_few_residents', 'outside']).nullable(),
  minResidents: z.int(),
  /** districts that the area touches; `counted`: at least half of it lies inside, or none has half and it has the most people inside */
  zones: z.array(z.object({ key: z.string(), name: z.string(), share: z.number(), counted: z.boolean() })),
  period: z.string(),
  burdens: z.array(areaBurden),
  survey: z
    .object({
      id: z.string(),
      title: z.string(),
      from: z.string(),
      to: z.string(),
      threshold: z.int(),
      simulated: z.boolean(),
    })
    .nullable(),
  confidence: z.number(),
  estimates: z.array(areaEstimate),
  devices: z.object({ total: z.int(), unconfirmed: z.int(), stale: z.int(), properties: z.array(areaProperty) }),
})
export type AreaResponse = z.infer<typeof areaResponse>
