/** One reading of a meter: what its register showed at an instant (ms since 1970), in the canonical unit. */
export type Reading = { readonly at: number; readonly value: number }

/** What happened between two readings other than counting. `inferred`: not recorded, derived from the readings. */
export type MeterEvent = {
  /** time of the first reading after it */
  readonly at: number
  /**
   * reset: the register began again at zero; rollover: it passed its highest number; replacement: another meter, or another
   * register, goes on; correction: a small step back; unit_change: the device goes on in another unit
   */
  readonly kind: 'reset' | 'rollover' | 'replacement' | 'correction' | 'unit_change'
  readonly inferred: boolean
  /** the readings before and after */
  readonly from: number
  readonly to: number
  /** what counts as consumed between the two */
  readonly counted: number
  /** of a change of unit: by what it multiplied the readings */
  readonly factor?: number
}

/** A replacement that somebody recorded: between the last reading before `at` and the first one from then on. */
export type Replacement = {
  readonly at: number
  /** what the old meter showed when it was taken out, and the new one when it was put in */
  readonly finalReading?: number | undefined
  readonly startReading?: number | undefined
}

/** Rules by which the readings of a meter are evaluated. */
export type MeterRules = {
  /** canonical unit of the property, a UCUM code */
  readonly unit: string
  /** the most it can count in an hour, around an instant */
  readonly maxRate: (at: number) => number
  readonly replacements: readonly Replacement[]
  /** it may be set back to zero at any time, each day for example, as rain gauges are */
  readonly empties?: boolean
  /** how many times too large a reading is since the device changed its unit, as far as days before it show; 1 otherwise */
  readonly scaleAt?: (at: number) => number
}
