import { benchmark, category, FROM_ZERO } from './define.ts'

const productivity = (name: string, rows: Parameters<typeof category>[3]) =>
  category('Economy', 'Productivity', name, rows)

/** Economy, sub-dimension Productivity: 7 indicators. */
export const ECONOMY_PRODUCTIVITY = [
  ...productivity('Innovation', [
    {
      code: 'EC:P:IN:1C',
      name: 'Research and development expenditure',
      type: 'structural',
      unit: '% of GDP',
      definition:
        'Public and private spending on research and development in the city, relative to the city’s gross domestic product.',
      numerator: 'public and private expenditure on research and development',
      denominator: 'gross domestic product of the city',
      sdg: '9.5.1',
      benchmark: benchmark(3, 'target of the European Research Area; regional, not a U4SSC value'),
    },
    {
      code: 'EC:P:IN:2C',
      name: 'Patents',
      type: 'structural',
      unit: 'per 100 000 inhabitants a year',
      formula: 'per_100000',
      definition: 'Patents granted to people and firms of the city in a year.',
      numerator: 'patents granted in the year',
      denominator: 'inhabitants',
      sdg: '9.5',
      range: FROM_ZERO,
    },
    {
      code: 'EC:P:IN:3A',
      name: 'Small and medium-sized enterprises',
      type: 'structural',
      definition: 'The share of firms with fewer than 250 people; nearly everywhere above 95 %.',
      numerator: 'enterprises with fewer than 250 employees',
      denominator: 'enterprises',
      sdg: '9.3.1',
    },
  ]),
  ...productivity('Employment', [
    {
      code: 'EC:P:EM:1C',
      name: 'Unemployment',
      type: 'structural',
      direction: 'lower',
      definition: 'People in the labour force who have no work and are looking for it, by the ILO definition.',
      numerator: 'unemployed people',
      denominator: 'labour force',
      sdg: '8.5.2',
      ways: ['surveyed', 'reported'],
    },
    {
      code: 'EC:P:EM:2C',
      name: 'Youth unemployment',
      type: 'structural',
      direction: 'lower',
      definition: 'Unemployment among the labour force aged 15 to 24.',
      numerator: 'unemployed people aged 15 to 24',
      denominator: 'labour force aged 15 to 24',
      sdg: '8.5, 8.6',
      ways: ['surveyed', 'reported'],
    },
    {
      code: 'EC:P:EM:3A',
      name: 'Employment in tourism',
      type: 'structural',
      definition: 'The share of employed people who work in tourism.',
      numerator: 'people employed in tourism',
      denominator: 'people employed',
      sdg: '8.9',
    },
    {
      code: 'EC:P:EM:4A',
      name: 'Employment in ICT',
      type: 'structural',
      definition: 'The share of employed people who work in information and communication technology.',
      numerator: 'people employed in the ICT sector',
      denominator: 'people employed',
      sdg: '8.2',
    },
  ]),
]
