import type { SurveyRound } from './rounds.ts'

/** The synthetic household survey: questions worded by us after the ITU core indicators and the factors of digital wellbeing. */
type Question = {
  column: string
  text: string
  categories?: Record<string, string>
  missing?: string[]
  indicator?: string
  counts?: string[]
  base?: 'household' | 'individual'
  group?: boolean
  vulnerable?: string[]
  scale?: 'ordinal'
  order?: string[]
  blank?: 'not_asked'
  unit?: string
  price?: boolean
  of?: string
  factor?: string
}
const YES_NO = { yes: 'Yes', no: 'No' }
const AGREE = { '1': 'Strongly disagree', '2': 'Disagree', '3': 'Neither', '4': 'Agree', '5': 'Strongly agree' }
const yesNo = (
  column: string,
  text: string,
  indicator?: string,
  base: 'household' | 'individual' = 'household',
): Question => ({
  column,
  text,
  categories: YES_NO,
  missing: ['na'],
  counts: ['yes'],
  base,
  ...(indicator !== undefined && { indicator }),
})
const likert = (column: string, text: string, factor: string): Question => ({
  column,
  text,
  categories: AGREE,
  missing: ['na'],
  base: 'individual',
  factor,
})
/** An empty cell: the question was not put to this household or person. */
const filtered = (question: Question): Question => ({ ...question, blank: 'not_asked' })
/** One question of a multiple response: each answer has its own column. */
const several = (
  stem: string,
  indicator: string,
  base: 'household' | 'individual',
  answers: Record<string, string>,
): Question[] =>
  Object.entries(answers).map(([column, answer]) => filtered(yesNo(column, `${stem} ${answer}`, indicator, base)))
const group = (column: string, text: string, categories: Record<string, string>, vulnerable?: string[]): Question => ({
  ...{ column, text, categories, group: true },
  ...(vulnerable && { vulnerable }),
})

/** Categories from the worse to the better placed. */
const ranking = (column: string, text: string, categories: Record<string, string>): Question => ({
  ...group(column, text, categories),
  scale: 'ordinal',
  order: Object.keys(categories),
})
const QUESTIONS: Question[] = [
  group('sex', 'Sex of the reference person', { female: 'Female', male: 'Male' }),
  group(
    'age_group',
    'Age of the reference person',
    { '18-34': '18 to 34', '35-49': '35 to 49', '50-64': '50 to 64', '65-74': '65 to 74', '75+': '75 and over' },
    ['75+'],
  ),
  ranking('education', 'Highest education of the reference person', {
    basic: 'Basic',
    secondary: 'Secondary',
    tertiary: 'Tertiary',
  }),
  {
    ...ranking('income_quintile', 'Income of the household, by fifth of all households', {
      '1': 'Lowest fifth',
      '2': 'Second fifth',
      '3': 'Middle fifth',
      '4': 'Fourth fifth',
      '5': 'Highest fifth',
    }),
    vulnerable: ['1'],
  },
  group(
    'disability',
    'A long-lasting limitation in everyday life (reference person)',
    { yes: 'Limited', no: 'Not limited' },
    ['yes'],
  ),
  group('migration', 'Country of birth (reference person)', { here: 'Born in the country', abroad: 'Born abroad' }),
  group('household_type', 'Composition of the household', {
    single: 'One person',
    couple: 'Couple without children',
    family: 'With children',
    other: 'Other',
  }),
  group('tenure', 'Tenure of the dwelling', { owner: 'Owner', tenant: 'Tenant' }),
  group('settlement', 'Kind of district, by residents per km²', {
    urban: 'Urban centre (1,500 and more)',
    outskirts: 'Outskirts (fewer than 1,500)',
  }),
  yesNo('internet', 'Does the household have access to the Internet at home, by any device or connection?', 'HH6'),
  yesNo('computer', 'Does the household have a computer (desktop, laptop or tablet) at home?', 'HH4'),
  yesNo('telephone', 'Does the household have a telephone, fixed or mobile?', 'HH3'),
  {
    column: 'connection',
    blank: 'not_asked',
    text: 'How is the household mainly connected to the Internet?',
    indicator: 'HH11',
    missing: [],
    categories: { fibre: 'Fibre', cable: 'Cable or DSL', mobile: 'Mobile broadband', satellite: 'Satellite or other' },
  },
  ...several('Why does the household have no Internet access at home?', 'HH14', 'household', {
    barrier_not_needed: 'Not needed',
    barrier_elsewhere: 'Access elsewhere',
    barrier_cost_service: 'Service costs too much',
    barrier_cost_equipment: 'Equipment costs too much',
    barrier_skills: 'Lack of skills',
    barrier_no_service: 'No service where we live',
    barrier_poor_service: 'Service is not good enough where we live',
    barrier_privacy: 'Privacy or security concerns',
    barrier_culture: 'Cultural reasons',
  }),
  {
    column: 'price',
    blank: 'not_asked',
    text: 'What does the household pay for Internet access, in euro a month?',
    missing: ['na'],
    unit: 'EUR/month',
    price: true,
  },
  {
    column: 'spending',
    text: 'What does the household spend in a month, on everything, in euro?',
    missing: ['na'],
    unit: 'EUR/month',
  },
  {
    column: 'ict_spending',
    text: 'What of it is for telephone, Internet, television and devices, in euro a month?',
    indicator: 'HH16',
    missing: ['na'],
    unit: 'EUR/month',
    of: 'spending',
  },
  { column: 'devices', text: 'How many computers, tablets and smartphones does the household use?', missing: ['na'] },
  yesNo('internet_use', 'Have you used the Internet in the last three months?', 'HH7', 'individual'),
  yesNo('mobile_owner', 'Do you own a mobile phone?', 'HH18', 'individual'),
  yesNo('skill_copy', 'Have you copied or moved files or folders in the last three months?', 'HH15', 'individual'),
  yesNo('skill_send', 'Have you sent messages with attached files in the last three months?', 'HH15', 'individual'),
  yesNo('skill_safety', 'Have you set up security or privacy settings in the last three months?', 'HH15', 'individual'),
  yesNo('egov_use', 'Have you used an online service of the city in the last twelve months?', 'HH9', 'individual'),
  yesNo('radio', 'Does the household have a radio?', 'HH1'),
  yesNo('tv', 'Does the household have a television?', 'HH2'),
  ...several('Which television does the household receive?', 'HH13', 'household', {
    tv_cable: 'Cable',
    tv_satellite: 'Satellite',
    tv_internet: 'Over the Internet',
  }),
  yesNo('computer_use', 'Have you used a computer in the last three months?', 'HH5', 'individual'),
  yesNo('mobile_use', 'Have you used a mobile phone in the last three months?', 'HH10', 'individual'),
  {
    column: 'frequency',
    blank: 'not_asked',
    text: 'How often did you use the Internet in the last three months?',
    indicator: 'HH12',
    base: 'individual',
    missing: [],
    categories: { daily: 'At least once a day', weekly: 'At least once a week', less: 'Less than once a week' },
  },
  ...several('Where did you use the Internet in the last three months?', 'HH8', 'individual', {
    place_home: 'At home',
    place_work: 'At work',
    place_education: 'At a place of education',
    place_other_home: "At another person's home",
    place_public: 'At a library or another public place',
    place_move: 'On the move',
  }),
  ...several('What did you do on the Internet in the last three months?', 'HH9', 'individual', {
    act_information: 'Look for information on goods or services',
    act_messages: 'Send messages or make calls',
    act_social: 'Use social networks',
    act_banking: 'Bank',
    act_purchase: 'Buy or order goods or services',
    act_health: 'Look for information on health',
    act_learning: 'Take a course',
  }),
  ...several('How did you use the Internet in the last three months?', 'HH17', 'individual', {
    via_phone_mobile: 'Mobile phone, mobile network',
    via_phone_fixed: 'Mobile phone, wireless network of the house',
    via_computer: 'Computer',
    via_tablet: 'Tablet',
  }),
  ...several('Why have you not used the Internet in the last three months?', 'HH19', 'individual', {
    why_not_needed: 'Not needed',
    why_skills: 'Do not know how to',
    why_cost: 'Costs too much',
    why_no_access: 'No access where I live',
    why_privacy: 'Privacy or security concerns',
  }),
  likert('sat_connection', 'My connection is good enough for what I want to do', 'own_connectivity'),
  likert('sat_mobile', 'Mobile coverage where I live is good', 'connectivity'),
  likert('sat_cost', 'I can afford the Internet access I need', 'cost'),
  likert('sat_usability', 'Online services of the city are easy to use', 'usability'),
  likert('sat_accessibility', 'I can use digital services without help', 'accessibility'),
  likert('sat_safety', 'I feel safe when I am online', 'safety_security_privacy'),
  likert('sat_privacy', 'I know how my data is used', 'safety_security_privacy'),
  likert('sat_skills', 'My digital skills are good enough for my daily life', 'literacy_and_skills'),
  likert('sat_support', 'I know where to get help with digital matters', 'skills_support'),
  likert('sat_social', 'Being online helps me keep in touch with people', 'social_propensity'),
  likert('sat_balance', 'I can switch off when I want to', 'peer_pressure'),
  likert('sat_services', 'The services I need are available online', 'services'),
  likert('wellbeing', 'All in all, digital technology makes my life better', 'fulfilment'),
]

/** Every round asks the same. */
export const codebookOf = ({ id, title, from, to }: SurveyRound) => ({
  id,
  title,
  universe: 'Private households in the city; individual questions: the reference person, 18 and over',
  from,
  to,
  simulated: true,
  columns: { respondent: 'respondent', weight: 'weight', stratum: 'stratum', cluster: 'cluster', zone: 'zone' },
  questions: QUESTIONS,
  threshold: 10,
})
export const COLUMNS: readonly string[] = [
  'respondent',
  'weight',
  'stratum',
  'cluster',
  'zone',
  ...QUESTIONS.map((q) => q.column),
]
