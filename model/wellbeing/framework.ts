/**
 * The digital wellbeing framework of the U4SSC guide: three dimensions and the factors that act on each. The guide
 * publishes no formula, scale, weight or benchmark: items, indicators and the way they are put together are ours.
 */
export type Factor = {
  readonly id: string
  /** measured or reported indicators that speak of the same thing; shown next to what people perceive, never mixed in */
  readonly beside: readonly string[]
}
export type Dimension = { readonly id: DimensionId; readonly factors: readonly Factor[] }

export const DIMENSION_IDS = ['influences', 'environment', 'individuals'] as const
export type DimensionId = (typeof DIMENSION_IDS)[number]

const factor = (id: string, ...beside: string[]): Factor => ({ id, beside })

export const DIMENSIONS: readonly Dimension[] = [
  {
    id: 'influences',
    factors: [
      factor('accessibility'),
      factor('usability'),
      factor('remediation'),
      factor('status_information'),
      factor('fulfilment'),
      factor('safety_security_privacy'),
      factor('time_taken'),
      factor('cost'),
    ],
  },
  {
    id: 'environment',
    factors: [
      factor('connectivity', 'EC:ICT:ICT:4C', 'EC:ICT:ICT:5A'),
      factor('skills_support', 'SC:EH:ED:1C'),
      factor('services', 'EC:ICT:PS:2A'),
      factor('safety_of_jurisdiction'),
      factor('regulations'),
      factor('social_propensity'),
      factor('norms'),
      factor('peer_pressure'),
    ],
  },
  {
    id: 'individuals',
    factors: [
      factor('previous_wellbeing'),
      factor('desires'),
      factor('word_of_mouth'),
      factor('literacy_and_skills', 'SC:EH:ED:4C'),
      factor('own_connectivity', 'EC:ICT:ICT:1C', 'EC:ICT:ICT:2C', 'EC:ICT:ICT:3C'),
      factor('awareness'),
      factor('tools_at_hand'),
    ],
  },
]

export const FACTOR_IDS: readonly string[] = DIMENSIONS.flatMap(({ factors }) => factors.map(({ id }) => id))

/** Wellbeing of the environment, shown next to the index and never in it: indicators of the catalogue. */
export const ENVIRONMENT_BLOCK = [
  { id: 'clean_air', indicators: ['EN:EN:AQ:1C'] },
  { id: 'quiet', indicators: ['EN:EN:EQ:2A'] },
  { id: 'green', indicators: ['EN:EN:PSN:1C', 'EN:EN:PSN:2A'] },
  { id: 'energy', indicators: ['EN:E:E:1C', 'EN:E:E:2C'] },
  { id: 'mobility', indicators: ['EC:I:T:5A', 'EC:I:T:2A'] },
  { id: 'connectivity', indicators: ['EC:ICT:ICT:4C', 'EC:ICT:ICT:5A'] },
] as const
