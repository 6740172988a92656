import type { Formatters, MessageId } from '../../i18n/formatters.ts'
import type { Scale } from '../colours/scales.ts'
import type { Group } from './kept.ts'
import type { LayerInput, LegendStep } from './model.ts'
import { isConfirmed, type Reading } from './things.ts'

/** The classes of a scale as a legend names them: "< 5", "5 to 15", …, "≥ 140". */
export function rangeLabels(
  { breaks, colours }: Scale,
  show: (value: number) => string,
  t: Formatters['t'],
): LegendStep[] {
  if (breaks.length === 0) return colours.map((colour) => ({ colour, label: t('legend.all') }))
  return colours.map((colour, index) => {
    const from = breaks[index - 1]
    const to = breaks[index]
    const low = from === undefined ? '' : show(from)
    const high = to === undefined ? '' : show(to)
    const label = from === undefined ? `< ${high}` : to === undefined ? `≥ ${low}` : t('range', { from: low, to: high })
    return { colour, label }
  })
}

export type Origin = 'measured' | 'surveyed' | 'reported' | 'voices'

/** Where the numbers come from: simulated cities say so in every legend. Nobody simulates voices. */
export const sourceFact = ({ simulated, i18n: { t } }: LayerInput, origin: Origin = 'measured') =>
  [t('fact.source'), t(simulated && origin !== 'voices' ? 'origin.simulated' : `origin.${origin}`)] as const

/** The same of Things, each of which has an origin: a real one may stand in a simulated city. */
export const thingSourceFact = (
  { simulated, i18n: { t } }: LayerInput,
  groups: readonly Group<Pick<Reading, 'thing'>>[],
) => [t('fact.source'), t(`origin.${originOf(groups) ?? (simulated ? 'simulated' : 'measured')}`)] as const

/** Of the confirmed ones, since only they are counted; null without any. */
function originOf(
  groups: readonly Group<Pick<Reading, 'thing'>>[],
): 'simulated' | 'measured' | 'mixed' | 'unconfirmed' | null {
  const confirmed = groups.filter(({ of }) => isConfirmed(of))
  const shares = new Set((confirmed.length > 0 ? confirmed : groups).map(({ of }) => of.thing.properties.simulated))
  if (shares.size === 0) return null
  if (shares.size === 2) return 'mixed'
  if (shares.has(true)) return 'simulated'
  return confirmed.length > 0 ? 'measured' : 'unconfirmed'
}

type Framed<Id extends string> = Id extends `${infer Live}.frame` ? (Live extends MessageId ? Live : never) : never
/** Messages about the present that have a counterpart about a frame of the past. */
export type StatisticId = Framed<MessageId>

export const nowOrFrame = <Id extends StatisticId>({ frame }: LayerInput, id: Id): Id | `${Id}.frame` =>
  frame ? `${id}.frame` : id

/** The frame that is shown; the present needs no window. */
export const windowFact = ({ frame, i18n }: LayerInput): (readonly [string, string])[] =>
  frame ? [[i18n.t('fact.window'), i18n.dateTimes(frame.from, frame.to)]] : []
