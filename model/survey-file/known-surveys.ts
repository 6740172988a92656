/**
 * How surveys that are published as files name their design. Of several weights the first that is there is proposed: that of
 * everybody who was interviewed. A person may choose otherwise.
 */
type Part = 'respondent' | 'weight' | 'stratum' | 'cluster'
export type KnownSurvey = Readonly<Record<Part, readonly string[]>> & {
  readonly name: string
  /** columns that no other survey has together */
  readonly telling: readonly string[]
  readonly source: string
}

export const KNOWN_SURVEYS: readonly KnownSurvey[] = [
  {
    name: 'NHANES',
    telling: ['seqn', 'sdmvstra'],
    respondent: ['seqn'],
    weight: ['wtint2yr', 'wtintprp', 'wtint4yr', 'wtmec2yr', 'wtmecprp', 'wtmec4yr'],
    stratum: ['sdmvstra'],
    cluster: ['sdmvpsu'],
    source: 'CDC/NCHS, NHANES web tutorials, "Weighting" and "Variance Estimation"; wwwn.cdc.gov/nchs/nhanes/tutorials',
  },
  {
    // weights have six decimals without a point: estimates are the same with either
    name: 'DHS, women',
    telling: ['v005', 'v021'],
    respondent: ['caseid'],
    weight: ['v005'],
    stratum: ['v023', 'v022'],
    cluster: ['v021', 'v001'],
    source: 'The DHS Program, Guide to DHS Statistics, "Analyzing DHS Data"; dhsprogram.com/data/analysis-faqs.cfm',
  },
  {
    name: 'DHS, men',
    telling: ['mv005', 'mv021'],
    respondent: ['mcaseid'],
    weight: ['mv005'],
    stratum: ['mv023', 'mv022'],
    cluster: ['mv021', 'mv001'],
    source: 'The DHS Program, Guide to DHS Statistics, "Analyzing DHS Data"',
  },
  {
    name: 'DHS, households',
    telling: ['hv005', 'hv021'],
    respondent: ['hhid'],
    weight: ['hv005'],
    stratum: ['hv023', 'hv022'],
    cluster: ['hv021', 'hv001'],
    source: 'The DHS Program, Guide to DHS Statistics, "Analyzing DHS Data"',
  },
  {
    // variances come from replicate weights (pwgtp1 to pwgtp80), not from a stratum and a cluster
    name: 'ACS PUMS, persons',
    telling: ['serialno', 'pwgtp'],
    respondent: ['serialno'],
    weight: ['pwgtp'],
    stratum: [],
    cluster: [],
    source: 'U.S. Census Bureau, ACS Public Use Microdata Sample, "Accuracy of the Data" and PUMS data dictionary',
  },
  {
    name: 'ACS PUMS, households',
    telling: ['serialno', 'wgtp'],
    respondent: ['serialno'],
    weight: ['wgtp'],
    stratum: [],
    cluster: [],
    source: 'U.S. Census Bureau, ACS Public Use Microdata Sample, "Accuracy of the Data" and PUMS data dictionary',
  },
  {
    // dweight corrects for the selection only, pweight is of countries: neither alone describes people of one
    name: 'European Social Survey',
    telling: ['idno', 'pspwght'],
    respondent: ['idno'],
    weight: ['anweight', 'pspwght'],
    stratum: ['stratum'],
    cluster: ['psu'],
    source: 'ESS, Guide to Using Weights and Sample Design Indicators with ESS Data; europeansocialsurvey.org',
  },
]

/** The survey whose columns these are; undefined for one that is not known. */
export function knownSurvey(columns: readonly string[]): KnownSurvey | undefined {
  const present = new Set(columns.map((name) => name.toLowerCase()))
  return KNOWN_SURVEYS.find(({ telling }) => telling.every((name) => present.has(name)))
}
