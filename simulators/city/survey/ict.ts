import type { Random } from '../../random/random.ts'
import type { SurveyRound } from './rounds.ts'

/** Who answers: answers so far, log of income over that of the middle, effect of age on things digital, place. */
export type Person = {
  readonly answers: Record<string, string>
  readonly rich: number
  readonly young: number
  readonly settlement: 'urban' | 'outskirts'
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

/**
 * What households and persons do with ICT. Chance has its own stream, so that a question more does not change who has
 * Internet. A question that does not apply (how often, of one who never does) is left empty.
 */
export function answerIct(random: Random, person: Person, round: SurveyRound): void {
  const { answers: a, rich, young, settlement } = person
  const draw = (logOdds: number): string => (random.next() < logistic(logOdds) ? 'yes' : 'no')
  const uses = a['internet_use'] === 'yes'
  a['settlement'] = settlement
  a['radio'] = draw(1.3 - 0.6 * young)
  a['tv'] = draw(3 - 0.5 * young)
  television(draw, person)
  a['computer_use'] = draw((a['computer'] === 'yes' ? 1.4 : -2.2) + 0.6 * rich + 0.5 * young - round.behind)
  a['mobile_use'] = draw(a['mobile_owner'] === 'yes' ? 4.5 : -0.6)
  activities(draw, person, uses, round.behind)
  if (!uses) {
    reasons(draw, person)
    return
  }
  a['frequency'] = frequency(random, (a['internet'] === 'yes' ? 1.6 : -0.9) + 0.4 * rich + 0.8 * young - round.behind)
  places(draw, person)
  networks(draw, person, round.behind)
}

type Draw = (logOdds: number) => string
const atHome = ({ answers }: Person): boolean => answers['internet'] === 'yes'

function television(draw: Draw, { answers: a, rich, settlement }: Person): void {
  const has = a['tv'] === 'yes'
  const cable = settlement === 'outskirts' ? -2 : -0.3
  a['tv_cable'] = has ? draw(cable) : 'no'
  a['tv_satellite'] = has ? draw(settlement === 'outskirts' ? -0.4 : -2.2) : 'no'
  a['tv_internet'] = has && a['internet'] === 'yes' ? draw(-0.4 + 0.5 * rich) : 'no'
}

/** HH9 is a share of all individuals: who does not use the Internet does none of it. */
function activities(draw: Draw, { answers: a, rich, young }: Person, uses: boolean, behind: number): void {
  const learned = a['education'] === 'tertiary' ? 0.5 : a['education'] === 'basic' ? -0.5 : 0
  const leaning = {
    act_information: 1.5 + learned,
    act_messages: 2 + 0.5 * young,
    act_social: 0.3 + 1.1 * young,
    act_banking: 0.7 + 0.6 * rich + learned + 0.4 * young,
    act_purchase: 0.4 + 0.7 * rich + 0.6 * young,
    act_health: 0.2 + learned,
    act_learning: -1.2 + 1.2 * learned + 0.5 * young,
  }
  for (const [column, logOdds] of Object.entries(leaning)) a[column] = uses ? draw(logOdds - behind) : 'no'
}

/** Whoever uses the Internet did so somewhere: home or on the move where nothing else was said. */
function places(draw: Draw, person: Person): void {
  const { answers: a, rich, young } = person
  const working = a['age_group'] === '65-74' || a['age_group'] === '75+' ? -3.2 : 0.2 + 0.5 * rich
  a['place_home'] = draw(atHome(person) ? 3.6 : -3)
  a['place_work'] = draw(working)
  a['place_education'] = draw(a['age_group'] === '18-34' ? -0.8 : -3.4)
  a['place_other_home'] = draw(-0.9 + 0.6 * young + (atHome(person) ? 0 : 0.9))
  a['place_public'] = draw(-1.8 - 0.5 * rich + (atHome(person) ? 0 : 1.2))
  a['place_move'] = draw(0.9 + 0.9 * young)
  if (PLACES.every((column) => a[column] === 'no')) a[atHome(person) ? 'place_home' : 'place_move'] = 'yes'
}
const PLACES = ['place_home', 'place_work', 'place_education', 'place_other_home', 'place_public', 'place_move']

function networks(draw: Draw, person: Person, behind: number): void {
  const { answers: a, rich, young } = person
  const phone = a['mobile_use'] === 'yes'
  a['via_phone_mobile'] = phone ? draw(1.6 + 0.9 * young - behind) : 'no'
  a['via_phone_fixed'] = phone && atHome(person) ? draw(1.2 + 0.6 * young) : 'no'
  a['via_computer'] = draw(a['computer_use'] === 'yes' ? 2.4 : -2.5)
  a['via_tablet'] = draw(-0.6 + 0.5 * rich)
  if (DEVICES.every((column) => a[column] === 'no')) a['via_computer'] = 'yes'
}
const DEVICES = ['via_phone_mobile', 'via_phone_fixed', 'via_computer', 'via_tablet']

/** Why there is no access at home: others next to the weightiest, which stands already. */
export function barriers(draw: Draw, { answers: a, rich, young }: Pick<Person, 'answers' | 'rich' | 'young'>): void {
  const leaning = {
    barrier_not_needed: -1.1 - 0.3 * young,
    barrier_elsewhere: -1.3 + 0.5 * young,
    barrier_cost_service: -1 - 0.9 * rich,
    barrier_cost_equipment: -1.3 - 0.8 * rich,
    barrier_skills: -0.8 - 0.6 * young,
    barrier_no_service: -3.2,
    barrier_poor_service: -2.4,
    barrier_privacy: -2,
    barrier_culture: -3.6,
  }
  for (const [column, logOdds] of Object.entries(leaning)) a[column] ??= draw(logOdds)
}

/** Why not: several reasons may be named, one at least is. */
function reasons(draw: Draw, person: Person): void {
  const { answers: a, rich, young } = person
  a['why_not_needed'] = draw(-0.1 - 0.3 * young)
  a['why_skills'] = draw(-0.6 - 0.7 * young)
  a['why_cost'] = draw(-1.4 - 1.1 * rich)
  a['why_no_access'] = draw(atHome(person) ? -4 : -1.4)
  a['why_privacy'] = draw(-1.7)
  if (REASONS.every((column) => a[column] === 'no')) a['why_not_needed'] = 'yes'
}
const REASONS = ['why_not_needed', 'why_skills', 'why_cost', 'why_no_access', 'why_privacy']

function frequency(random: Random, logOdds: number): string {
  if (random.next() < logistic(logOdds)) return 'daily'
  return random.next() < 0.72 ? 'weekly' : 'less'
}
