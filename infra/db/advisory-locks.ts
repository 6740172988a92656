/** Numbers of the advisory locks, which are one space for the whole database: two purposes with one number wait for each other. */
export const ADVISORY_LOCKS = {
  migration: 7_203_911,
  voices: 7_203_912,
  /** the first of two keys; the second is the number of the worker */
  workerSlot: 7_203_913,
  cityPack: 7_203_914,
  surveyImport: 7_203_941,
} as const
