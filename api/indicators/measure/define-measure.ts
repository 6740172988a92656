import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { node } from '#model/indicators/evidence.ts'
import { withUncertainty } from '#model/indicators/uncertainty.ts'
import type { Origin } from '#model/observation/origin.ts'
import { NOT_CONFIRMED } from '../../measurements/confirmed.ts'
import type { Devices } from '../inputs/heard.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { inScope, nameOf, originOf, type Place, type Scope } from './context.ts'
import { type Excluded, found, missing, type Outcome, withExcluded } from './outcome.ts'

/** How Citywell itself computes one indicator. */
export type Measure = {
  readonly code: string
  readonly version: number
  readonly origin: 'measured' | 'surveyed'
  /** what a city must have for it, in words */
  readonly needs: string
  /** whether the city has what it takes, whatever the period contains */
  possible(inputs: Inputs): Promise<boolean>
  /** by data point id; every data point of the indicator is there, with a value or a reason */
  evaluate(inputs: Inputs, scope: Scope): Promise<ReadonlyMap<string, Outcome>>
}

type Loaders<Data> = { readonly [Name in keyof Data]: (inputs: Inputs) => Promise<Data[Name]> }

/** What a computation works on, all of it in memory. */
export type Context<Subject, Data> = Place & {
  /** the city or the zone, by its name */
  readonly name: string
  readonly subjects: readonly Subject[]
  readonly data: Data
  /** '' where the indicator has a single data point */
  readonly dataPoint: string
}

export type MeasureDefinition<Subject, Data> = {
  readonly code: string
  /** raised when the computation changes; 1 without it */
  readonly version?: number
  /** 'measured' without it */
  readonly origin?: Measure['origin']
  /** what a city must have, for the documentation and for cities that do not have it */
  readonly needs: string
  /** unit of the value, and the method that computes it from its parts */
  readonly unit: string
  readonly statistic: 'percent' | 'ratio' | 'count' | 'weighted_mean' | 'per_100000'
  /** ids of the data points; a single one without it */
  readonly dataPoints?: readonly string[]
  /** why the indicator has no value for a zone, where it is known for the city only */
  readonly cityOnly?: string
  /** what the value is computed from: Things, totals, zones or features of the place */
  subjects(place: Place): readonly Subject[]
  /** why there is no value without subjects; `compute` finds the reason where this is absent */
  noSubjects?(place: Place & { name: string }): string
  /** whose readings it takes: those that nobody has confirmed are named as left out */
  devices?(dataPoint: string): Devices
  /** where the existence of subjects does not decide it */
  possible?(inputs: Inputs): boolean | Promise<boolean>
  /** the readings that `compute` takes from the database, by the name it uses for them */
  readonly inputs?: Loaders<Data>
  /** pure: the same context gives the same result */
  compute(context: Context<Subject, Data>): Computed | Outcome
}

/** The value of a data point before it becomes the root of its evidence; without one, `missing()`. */
export type Computed = {
  readonly label: string
  readonly n: number
  /** completeness, 0 to 1, where it can be stated */
  readonly dataCapture?: number | null
  readonly simulated: boolean
  readonly excluded?: readonly Excluded[]
  readonly parts: (origin: Origin) => Evidence[]
} & Partial<Pick<Outcome, 'interval' | 'standardError' | 'ofAnotherTime'>> &
  Pick<Evidence, 'ref'>

const CITY: Scope = { zone: null }

/** Turns a definition into a measure: loads the inputs, computes every data point and builds its evidence. */
export function defineMeasure<Subject, Data = Record<never, never>>(
  definition: MeasureDefinition<Subject, Data>,
): Measure {
  const { code, version = 1, origin = 'measured', needs, dataPoints = [''], cityOnly } = definition
  return {
    code,
    version,
    origin,
    needs,
    possible: async (inputs) =>
      definition.possible ? definition.possible(inputs) : definition.subjects({ ...inputs, ...CITY }).length > 0,
    async evaluate(inputs, scope) {
      const same = (outcome: Outcome) => new Map(dataPoints.map((dataPoint) => [dataPoint, outcome]))
      if (cityOnly !== undefined && scope.zone) return same(missing(cityOnly))
      const place = { ...inputs, ...scope }
      const name = nameOf(place)
      const subjects = definition.subjects(place)
      const left = (dataPoint: string): Excluded[] => unconfirmedIn(place, definition.devices?.(dataPoint))
      if (subjects.length === 0 && definition.noSubjects) {
        const why = definition.noSubjects({ ...place, name })
        return new Map(dataPoints.map((dataPoint) => [dataPoint, missing(why, left(dataPoint))]))
      }
      const data = await loaded(definition.inputs, inputs)
      return new Map(
        dataPoints.map((dataPoint) => {
          const result = definition.compute({ ...place, name, subjects, data, dataPoint })
          const unconfirmed = left(dataPoint)
          if (!('parts' in result)) return [dataPoint, withExcluded(result, unconfirmed)]
          const excluded = [...(result.excluded ?? []), ...unconfirmed]
          return [dataPoint, outcomeOf({ ...result, excluded }, definition, origin)]
        }),
      )
    },
  }
}

/** Things of the place that would be read if somebody confirmed them. */
function unconfirmedIn({ registry, zone }: Pick<Place, 'registry' | 'zone'>, devices: Devices | undefined): Excluded[] {
  if (!devices) return []
  const { properties, kinds } = devices
  const things = registry.unconfirmed
    .filter(
      ({ property, thing }) =>
        (properties ?? [property]).includes(property) && (kinds ?? [thing.kind]).includes(thing.kind),
    )
    .map(({ thing }) => thing)
    .filter((thing) => inScope(thing, { zone }))
  return [...new Set(things)].map(({ name }) => ({ what: name, why: NOT_CONFIRMED }))
}

async function loaded<Data>(loaders: Loaders<Data> | undefined, inputs: Inputs): Promise<Data> {
  const families = Object.entries<(inputs: Inputs) => Promise<unknown>>(loaders ?? {})
  const data = families.map(async ([name, load]) => [name, await load(inputs)] as const)
  return Object.fromEntries(await Promise.all(data)) as Data
}

function outcomeOf(
  computed: Computed,
  { unit, statistic }: { unit: string; statistic: string },
  measured: Measure['origin'],
): Outcome {
  const { label, n, dataCapture = null, simulated, excluded = [], parts, ref, ...about } = computed
  const origin = originOf(simulated, measured)
  const head = {
    ...{ label, unit, method: statistic, origin, n },
    ...(dataCapture !== null && { dataCapture }),
    ...(excluded.length > 0 && { excluded: [...excluded] }),
    ...(ref !== undefined && { ref }),
  }
  const root = node(head, parts(origin))
  if (statistic !== 'weighted_mean') return found(root, { n, dataCapture, simulated, ...about })
  // Between places, where there are two or more of them.
  const evidence = withUncertainty(root)
  const { interval = null, standardError = null } = evidence.uncertainty ?? {}
  return found(evidence, { n, dataCapture, simulated, interval, standardError })
}
