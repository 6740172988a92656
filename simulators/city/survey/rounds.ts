import { CITY_NAME } from '../plan/names.ts'

/** One round of the household survey: when it was, and how the city answered then. */
export type SurveyRound = {
  readonly id: string
  readonly title: string
  readonly from: string
  readonly to: string
  /** streams of chance: who is drawn and answers, what they do with ICT, and what they spend */
  readonly streams: { readonly sample: number; readonly ict: number; readonly spending: number }
  /** share of households with Internet that the answers are made to give */
  readonly internet: number
  /** log-odds less than in the newest round: of using the Internet, of each skill and activity */
  readonly behind: number
  /** share of fibre less than in the newest round */
  readonly fibreBehind: number
  /** opinions (1 to 5) that lay elsewhere then */
  readonly opinions: Readonly<Record<string, number>>
}

/** The newest round: the one that the parameters in survey.ts describe. */
const NEWEST: SurveyRound = {
  id: 'households-2026',
  title: `${CITY_NAME} household survey 2026 (synthetic)`,
  from: '2026-04-13',
  to: '2026-06-05',
  streams: { sample: 301, ict: 303, spending: 304 },
  internet: 0.88,
  behind: 0,
  fibreBehind: 0,
  opinions: {},
}

/**
 * Two years earlier, the same design and an independent sample: less access and skill, lower opinions of connection and
 * services, the same of cost, and a little more trust, so that a change can rise, fall or be too small to tell.
 */
const BASELINE: SurveyRound = {
  id: 'households-2024',
  title: `${CITY_NAME} household survey 2024 (synthetic)`,
  from: '2024-04-15',
  to: '2024-06-07',
  streams: { sample: 311, ict: 313, spending: 314 },
  internet: 0.82,
  behind: 0.3,
  fibreBehind: 0.22,
  opinions: {
    sat_connection: -0.3,
    sat_mobile: -0.25,
    sat_usability: -0.2,
    sat_accessibility: -0.15,
    sat_safety: 0.2,
    sat_privacy: 0.15,
    sat_skills: -0.2,
    sat_support: -0.25,
    sat_services: -0.35,
    wellbeing: -0.15,
  },
}

export const ROUNDS: readonly SurveyRound[] = [BASELINE, NEWEST]
