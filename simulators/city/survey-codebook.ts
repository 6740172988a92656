import { CITY_NAME } from './names.ts'

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
  unit?: string
  price?: boolean
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
const group = (column: string, text: string, categories: Record<string, string>): Question => ({
  column,
  text,
  categories,
  group: true,
})

const QUESTIONS: Question[] = [
  group('sex', 'Sex of the reference person', { female: 'Female', male: 'Male' }),
  group('age_group', 'Age of the reference person', {
    '18-34': '18 to 34',
    '35-49': '35 to 49',
    '50-64': '50 to 64',
    '65-74': '65 to 74',
    '75+': '75 and over',
  }),
  group('education', 'Highest education of the reference person', {
    basic: 'Basic',
    secondary: 'Secondary',
    tertiary: 'Tertiary',
  }),
  group('income_quintile', 'Income of the household, by fifth of all households', {
    '1': 'Lowest fifth',
    '2': 'Second fifth',
    '3': 'Middle fifth',
    '4': 'Fourth fifth',
    '5': 'Highest fifth',
  }),
  group('disability', 'A long-lasting limitation in everyday life (reference person)', {
    yes: 'Limited',
    no: 'Not limited',
  }),
  group('migration', 'Country of birth (reference person)', { here: 'Born in the country', abroad: 'Born abroad' }),
  group('household_type', 'Composition of the household', {
    single: 'One person',
    couple: 'Couple without children',
    family: 'With children',
    other: 'Other',
  }),
  group('tenure', 'Tenure of the dwelling', { owner: 'Owner', tenant: 'Tenant' }),
  yesNo('internet', 'Does the household have access to the Internet at home, by any device or connection?', 'HH6'),
  yesNo('computer', 'Does the household have a computer (desktop, laptop or tablet) at home?', 'HH4'),
  yesNo('telephone', 'Does the household have a telephone, fixed or mobile?', 'HH3'),
  {
    column: 'connection',
    text: 'How is the household mainly connected to the Internet?',
    indicator: 'HH11',
    missing: [],
    categories: { fibre: 'Fibre', cable: 'Cable or DSL', mobile: 'Mobile broadband', satellite: 'Satellite or other' },
  },
  {
    column: 'barrier',
    text: 'What is the main reason for having no Internet access at home?',
    indicator: 'HH14',
    missing: ['na'],
    categories: {
      not_needed: 'Not needed',
      cost_service: 'Service costs too much',
      cost_equipment: 'Equipment costs too much',
      skills: 'Lack of skills',
      no_service: 'No service, or not good enough, where we live',
      privacy: 'Privacy or security concerns',
    },
  },
  {
    column: 'price',
    text: 'What does the household pay for Internet access, in euro a month?',
    missing: ['na'],
    unit: 'EUR/month',
    price: true,
  },
  { column: 'devices', text: 'How many computers, tablets and smartphones does the household use?', missing: ['na'] },
  yesNo('internet_use', 'Have you used the Internet in the last three months?', 'HH7', 'individual'),
  yesNo('mobile_owner', 'Do you own a mobile phone?', 'HH18', 'individual'),
  yesNo('skill_copy', 'Have you copied or moved files or folders in the last three months?', 'HH15', 'individual'),
  yesNo('skill_send', 'Have you sent messages with attached files in the last three months?', 'HH15', 'individual'),
  yesNo('skill_safety', 'Have you set up security or privacy settings in the last three months?', 'HH15', 'individual'),
  yesNo('egov_use', 'Have you used an online service of the city in the last twelve months?', 'HH9', 'individual'),
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

export const CODEBOOK = {
  id: 'households-2026',
  title: `${CITY_NAME} household survey 2026 (synthetic)`,
  universe: 'Private households in the city; individual questions: the reference person, 18 and over',
  from: '2026-04-13',
  to: '2026-06-05',
  simulated: true,
  columns: { respondent: 'respondent', weight: 'weight', stratum: 'stratum', cluster: 'cluster', zone: 'zone' },
  questions: QUESTIONS,
  threshold: 10,
}
export const COLUMNS: readonly string[] = [
  'respondent',
  'weight',
  'stratum',
  'cluster',
  'zone',
  ...QUESTIONS.map((q) => q.column),
]
