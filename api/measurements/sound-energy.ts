/**
 * The energy of a sound level relative to the reference, in SQL over a column `result` (dB). Levels beyond what sound can
 * have are no energy: they would overflow, and the rollup leaves them out as well (migration 013).
 */
export const SOUND_ENERGY = 'case when result between -100 and 300 then power(10, result / 10) end'
