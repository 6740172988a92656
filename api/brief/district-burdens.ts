import type { BriefBurdens } from '#model/api/brief.ts'
import type { EquityResponse } from '#model/api/equity.ts'
import { burdensOf } from '#model/brief/burdens.ts'
import type { Equity } from '../equity/equity.ts'

/** What a measure is about: measures of one topic count together. */
const TOPICS: readonly (readonly [topic: string, id: RegExp])[] = [
  ['air', /^EN:EN:AQ:/],
  ['noise', /^sound_level$/],
  ['connection', /^(EC:ICT:ICT:4C|download|upload|latency)/],
  ['transport', /^EC:(I|ICT):T:/],
  ['public_space', /^EN:EN:PSN:/],
]
const topicOf = (id: string): string => TOPICS.find(([, pattern]) => pattern.test(id))?.[0] ?? id

/** Which district is the most burdened over all measured burdens and services; null where too few are measured. */
export const districtBurdens =
  (equity: Equity) =>
  async (period: string): Promise<BriefBurdens | null> => {
    const { exposures } = await equity({ period, by: 'zone' })
    const names = new Map(exposures.flatMap(({ groups }) => groups.map(({ key, label }) => [key, label])))
    const found = burdensOf(exposures.map(measureOf), [...names.keys()])
    if (!found) return null
    const topics = Map.groupBy(found.used, ({ topic }) => topic)
    return {
      period,
      topics: [...topics].map(([topic, measures]) => ({ topic, measures: measures.map(({ id }) => id) })),
      draws: found.draws,
      districts: found.districts.map(({ rankInterval: [low, high], ...district }) => ({
        ...district,
        name: names.get(district.zone) ?? district.zone,
        rankInterval: [low, high],
      })),
      worst: [...found.worst],
    }
  }

const measureOf = ({ id, kind, groups }: EquityResponse['exposures'][number]) => ({
  ...{ id, kind, topic: topicOf(id) },
  values: new Map(groups.flatMap(({ key, value }) => (value === null ? [] : [[key, value] as const]))),
})
