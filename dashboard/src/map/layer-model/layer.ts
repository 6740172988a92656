import type { DataTag, QueryKey, UseQueryOptions } from '@tanstack/react-query'
import type { ComponentType, ReactNode } from 'react'
import type { ThingFeature } from '#model/api/city.ts'
import type { MessageId } from '../../i18n/formatters.ts'
import type { ViewState } from '../../state/view-state.ts'
import type { LayerInput, LayerModel } from './model.ts'
import type { PlaybackSource } from './playback-source.ts'

/** A layer is named by its texts: `layer.<id>` is its name and `layer.<id>.what` says what it shows. */
type LayerId = MessageId extends infer Id ? (Id extends `layer.${infer Name}.what` ? Name : never) : never

/** What the reader has chosen, as the address holds it. */
export type LayerChoice = Pick<ViewState, 'measure' | 'period' | 'survey' | 'answer' | 'among' | 'a' | 'b'>

// biome-ignore lint/suspicious/noExplicitAny: queries of different answers in one list; `ReadQuery` gives each its type
export type LayerQuery = UseQueryOptions<any, Error, any, any>
/** The answer to a query of the layer, or undefined until it is there. */
export type ReadQuery = <Answer>(query: { readonly queryKey: DataTag<QueryKey, Answer, Error> }) => Answer | undefined

export type FurtherChoiceProps = {
  readonly measure: string
  /** the measure that the main layer, being the same, has already */
  readonly taken: string | null
  readonly onChange: (measure: string) => void
}

/** One layer of the map, complete. `layers/index.ts` lists them all. */
export type MapLayer = {
  readonly id: LayerId
  /** what it can be coloured by, each with a text `measure.<id>.<measure>`; the first is the default */
  readonly measures: readonly [string, ...string[]]
  /** accepts measures that only the city knows, such as the questions of its surveys */
  readonly acceptsMeasure?: (name: string) => boolean
  /** the measures that this city has data for, where not all of them are offered */
  readonly offeredMeasures?: (things: readonly ThingFeature[]) => readonly string[]
  /**
   * What it needs from the API besides zones and Things. Called again with every answer, so that a query may depend on
   * the answer to another.
   */
  readonly queries?: (choice: LayerChoice, read: ReadQuery) => readonly LayerQuery[]
  /** the time, in ms, whose districts it shows, where that is not now: of a survey, of a period that is over */
  readonly moment?: (choice: LayerChoice, read: ReadQuery, timeZone: string) => number | null
  /** marks, legend and table; null while an answer is missing or where there is nothing to show */
  readonly model: (input: LayerInput, choice: LayerChoice, read: ReadQuery) => LayerModel | null
  /** the history of a measure; null where it has none to play back: a survey, a period, the income of a district */
  readonly playback?: (measure: string) => PlaybackSource | null
  /** what a measure draws, where that is not points, which hide the least of what lies below */
  readonly draws?: (measure: string) => 'areas' | 'streets' | 'points'
  /** its colours would mean nothing mixed with those of others: other layers may lie on it, it lies on none */
  readonly mainOnly?: true
  /** choices of the layer in place of the buttons for its measures, which are its `children` */
  readonly Choices?: ComponentType<{ readonly children: ReactNode }>
  /** the choice of its measure as a further layer, where `measures` are not all that it accepts */
  readonly FurtherChoice?: ComponentType<FurtherChoiceProps>
  /** texts about one of its cells, where they are not those of radio coverage */
  readonly cellTexts?: { readonly eyebrow: MessageId; readonly note: MessageId }
}
