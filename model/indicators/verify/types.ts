import type { DATA_QUALITIES } from '#model/api/indicators.ts'
import type { DataPoint, Indicator } from '../catalogue/schema.ts'

/** What is stated of one data point for one year; null where nothing is. */
export type Statement = {
  readonly code: string
  readonly dataPoint: string
  readonly numerator: number | null
  readonly denominator: number | null
  readonly value: number | null
  readonly unit: string
  readonly source: string
  readonly dataQuality: (typeof DATA_QUALITIES)[number] | null
  /** how the value came about: only reported values get findings of their own */
  readonly origin: 'reported' | 'computed'
}
/** The city's own figures, null where unknown. */
export type CityFigures = { readonly population: number | null; readonly households: number | null }

export type Finding = {
  readonly rule: string
  /** error: cannot be true as it stands; query: unusual, needs an answer */
  readonly severity: 'error' | 'query'
  /** null: the whole report */
  readonly code: string | null
  readonly dataPoint: string
  /** column of the collection sheet that has to change */
  readonly field: string
  readonly text: string
}

/** Everything stated for one city and year. */
export type Verified = {
  readonly statements: readonly Statement[]
  readonly city: CityFigures
  read(code: string, dataPoint?: string): number | null
}
export type ValueCase = {
  readonly indicator: Indicator
  readonly point: DataPoint
  readonly statement: Statement
  readonly city: CityFigures
}

/** Six digits are enough to recognise a number. */
export const text = (value: number): string => String(Number(value.toPrecision(6)))
