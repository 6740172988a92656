/** Why a cell is kept back: too few respondents of its own, or so that another cell cannot be computed back. */
export type Suppression = 'below_threshold' | 'complementary'
export type Cell = { readonly group: Readonly<Record<string, string>>; readonly n: number }
