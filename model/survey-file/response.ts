export type SurveyResponse = {
  readonly respondent: string
  readonly weight: number
  /** before the weights were raked; null where they were not */
  readonly baseWeight: number | null
  readonly replicateWeights: readonly number[] | null
  /** units of the cluster in the population */
  readonly clusterSize: number | null
  readonly stratum: string
  readonly cluster: string
  readonly zone: string | null
  readonly answers: Readonly<Record<string, string>>
}
