/**
 * Why a cell is kept back: too few respondents of its own; one of them makes up too much of an amount; or so that another
 * cell cannot be computed back.
 */
export type Suppression = CountSuppression | 'dominance'
/** Where no amounts are published. */
export type CountSuppression = 'below_threshold' | 'complementary'
export type Cell = { readonly group: Readonly<Record<string, string>>; readonly n: number }
