/**
 * Reason for suppressing a cell: too few respondents; one respondent contributes too much of an amount; or so that another
 * cell cannot be computed.
 */
export type Suppression = CountSuppression | 'dominance'
/** Where no amounts are published. */
export type CountSuppression = 'below_threshold' | 'complementary'
