import type { z } from 'zod'
import { WHO_2021, WHO_POLLUTANTS } from '../who.ts'
import type { airStandardSchema, StandardRule } from './schema.ts'

type Standard = z.input<typeof airStandardSchema>

/** The guideline levels of table 0.1; interim targets are in `GET /api/v1/air-quality/exceedances`, and so is peak season. */
const WHO: Standard = {
  key: 'who-2021',
  name: 'WHO guidelines 2021',
  source: {
    title: 'WHO global air quality guidelines 2021 (ISBN 978-92-4-003422-8), table 0.1',
    confirmed: 'source',
    note: '24-hour and 8-hour levels are held against the 99th percentile of the days. Values are compared as they are.',
  },
  coverage: { dayHours: 18, yearShare: 0.75 },
  rules: WHO_POLLUTANTS.flatMap((pollutant): StandardRule[] => {
    const { annual, day }: { annual?: { guideline: number }; day?: { guideline: number } } = WHO_2021[pollutant]
    const head = { pollutant, kind: 'guideline', unit: pollutant === 'co' ? 'mg/m3' : 'ug/m3' } as const
    const per = pollutant === 'o3' ? 'day_max_8h' : 'day'
    return [
      ...(day ? [{ ...head, per, level: day.guideline, percentile: 99 } as const] : []),
      ...(annual ? [{ ...head, per: 'year', level: annual.guideline } as const] : []),
    ]
  }),
}

const primary = (
  pollutant: StandardRule['pollutant'],
  per: StandardRule['per'],
  level: number,
  unit: string,
  more: Partial<StandardRule>,
): StandardRule => ({ pollutant, kind: 'limit', per, level, unit, ...more })
const THREE_YEARS = { averageYears: 3, leastYears: 3 } as const

const US: Standard = {
  key: 'us-naaqs',
  name: 'US NAAQS (primary)',
  source: {
    title: 'National Ambient Air Quality Standards, 40 CFR part 50, with the annual PM2.5 standard of 2024',
    url: 'https://www.epa.gov/criteria-air-pollutants/naaqs-table',
    confirmed: 'secondary',
    note: 'Levels and forms from copies of the NAAQS table of EPA. Rounding as the appendices of part 50 ask; completeness is simplified to 75 % of the days of every quarter. Exceptional events are not taken out.',
  },
  coverage: { dayHours: 18, yearShare: 0.75, everyQuarter: true },
  rules: [
    primary('pm2_5', 'year', 9, 'ug/m3', { ...THREE_YEARS, decimals: 1 }),
    primary('pm2_5', 'day', 35, 'ug/m3', { ...THREE_YEARS, percentile: 98, decimals: 0 }),
    primary('pm10', 'day', 150, 'ug/m3', { ...THREE_YEARS, permitted: 1, decimals: -1 }),
    primary('o3', 'day_max_8h', 0.07, '[ppm]', { ...THREE_YEARS, rank: 4, decimals: 3, truncate: true }),
    primary('no2', 'day_max_1h', 100, '[ppb]', { ...THREE_YEARS, percentile: 98, decimals: 0 }),
    primary('no2', 'year', 53, '[ppb]', { decimals: 0 }),
    primary('so2', 'day_max_1h', 75, '[ppb]', { ...THREE_YEARS, percentile: 99, decimals: 0 }),
    primary('co', 'day_max_8h', 9, '[ppm]', { permitted: 1, decimals: 0 }),
    primary('co', 'hour', 35, '[ppm]', { permitted: 1, decimals: 0 }),
  ],
}

const TWO_PERCENT = { permittedShare: 0.02, notTwoDays: true } as const
const INDIA: Standard = {
  key: 'in-naaqs-2009',
  name: 'India NAAQS 2009',
  source: {
    title:
      'National Ambient Air Quality Standards, CPCB notification of 18 November 2009: industrial, residential, rural and other areas',
    confirmed: 'secondary',
    note: 'Levels from arthapedia.in. 24-, 8- and 1-hour values are to be met 98 % of the time in a year, not exceeded on two consecutive days of monitoring; the annual mean needs 104 days. The 8-hour level is held against the highest 8-hour mean of a day.',
  },
  coverage: { dayHours: 18, yearShare: 0.75, yearDays: 104 },
  rules: [
    primary('pm2_5', 'year', 40, 'ug/m3', {}),
    primary('pm2_5', 'day', 60, 'ug/m3', TWO_PERCENT),
    primary('pm10', 'year', 60, 'ug/m3', {}),
    primary('pm10', 'day', 100, 'ug/m3', TWO_PERCENT),
    primary('no2', 'year', 40, 'ug/m3', {}),
    primary('no2', 'day', 80, 'ug/m3', TWO_PERCENT),
    primary('so2', 'year', 50, 'ug/m3', {}),
    primary('so2', 'day', 80, 'ug/m3', TWO_PERCENT),
    primary('o3', 'day_max_8h', 100, 'ug/m3', TWO_PERCENT),
    primary('o3', 'hour', 180, 'ug/m3', { permittedShare: 0.02 }),
    primary('co', 'day_max_8h', 2, 'mg/m3', TWO_PERCENT),
    primary('co', 'hour', 4, 'mg/m3', { permittedShare: 0.02 }),
    primary('nh3', 'year', 100, 'ug/m3', {}),
    primary('nh3', 'day', 400, 'ug/m3', TWO_PERCENT),
  ],
}

const CHINA: Standard = {
  key: 'cn-gb3095-2012',
  name: 'China GB 3095-2012, grade II',
  source: {
    title: 'GB 3095-2012 Ambient air quality standards, grade II, with the amendment of 2018 (gases at 25 Cel)',
    confirmed: 'secondary',
    note: 'Levels from a copy of the standard; percentiles of the year as HJ 663-2013 evaluates it. A day needs 20 hours, a year 324 days.',
  },
  gasTemperatureCel: 25,
  coverage: { dayHours: 20, dayWindows: 14, yearShare: 0.75, yearDays: 324 },
  rules: [
    primary('so2', 'year', 60, 'ug/m3', { decimals: 0 }),
    primary('so2', 'day', 150, 'ug/m3', { percentile: 98, decimals: 0 }),
    primary('so2', 'hour', 500, 'ug/m3', { decimals: 0 }),
    primary('no2', 'year', 40, 'ug/m3', { decimals: 0 }),
    primary('no2', 'day', 80, 'ug/m3', { percentile: 98, decimals: 0 }),
    primary('no2', 'hour', 200, 'ug/m3', { decimals: 0 }),
    primary('co', 'day', 4, 'mg/m3', { percentile: 95, decimals: 1 }),
    primary('co', 'hour', 10, 'mg/m3', { decimals: 1 }),
    primary('o3', 'day_max_8h', 160, 'ug/m3', { percentile: 90, decimals: 0 }),
    primary('o3', 'hour', 200, 'ug/m3', { decimals: 0 }),
    primary('pm10', 'year', 70, 'ug/m3', { decimals: 0 }),
    primary('pm10', 'day', 150, 'ug/m3', { percentile: 95, decimals: 0 }),
    primary('pm2_5', 'year', 35, 'ug/m3', { decimals: 0 }),
    primary('pm2_5', 'day', 75, 'ug/m3', { percentile: 95, decimals: 0 }),
  ],
}

export const OTHER_STANDARDS: readonly Standard[] = [WHO, US, INDIA, CHINA]
