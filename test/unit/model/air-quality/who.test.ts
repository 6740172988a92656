import { expect, test } from 'vitest'
import { peakSeason, percentile99, whoVerdicts } from '#model/air-quality/who.ts'

const year = (levelOf: (day: number, month: number) => number) =>
  Array.from({ length: 365 }, (_, i) => {
    const at = new Date(Date.UTC(2025, 0, 1 + i))
    return { day: at.toISOString().slice(0, 10), value: levelOf(i, at.getUTCMonth()) }
  })
const ruleOf = (verdicts: ReturnType<typeof whoVerdicts>, rule: string) => verdicts.find((one) => one.rule === rule)

test('three days of a year above 15 ug/m3 of PM2.5 are within the guideline, four are not', () => {
  const days = (bad: number) => year((i) => (i < bad ? 40 : 4))
  expect(percentile99(days(3))).toBe(4)
  expect(ruleOf(whoVerdicts('pm2_5', days(3), 365, 4.3), 'day')).toMatchObject({ exceeded: false, daysAbove: 3 })
  expect(ruleOf(whoVerdicts('pm2_5', days(4), 365, 4.4), 'day')).toMatchObject({
    exceeded: true,
    daysAbove: 4,
    value: 40,
  })
})
test('an annual mean of 5 is met, of 5.1 exceeded', () => {
  expect(
    ruleOf(
      whoVerdicts(
        'pm2_5',
        year(() => 5),
        365,
        5,
      ),
      'annual',
    )?.exceeded,
  ).toBe(false)
  expect(
    ruleOf(
      whoVerdicts(
        'pm2_5',
        year(() => 5.1),
        365,
        5.1,
      ),
      'annual',
    )?.exceeded,
  ).toBe(true)
})
test.each([
  [5, 'guideline'],
  [5.1, 'interim_4'],
  [10.1, 'interim_3'],
  [15.1, 'interim_2'],
  [25.1, 'interim_1'],
  [35.1, 'none'],
] as const)('an annual mean of PM2.5 of %d keeps: %s (WHO 2021, table 0.1)', (mean, reached) => {
  const verdicts = whoVerdicts(
    'pm2_5',
    year(() => mean),
    365,
    mean,
  )
  expect(ruleOf(verdicts, 'annual')).toMatchObject({ reached, interim: [35, 25, 15, 10], level: 5 })
})
test('peak season of ozone: April to September at 70, else 40: 70; April to August only: 5 * 70 + 40 over 6 = 65', () => {
  expect(peakSeason(year((_, month) => (month >= 3 && month <= 8 ? 70 : 40)))).toBeCloseTo(70, 9)
  expect(peakSeason(year((_, month) => (month >= 3 && month <= 7 ? 70 : 40)))).toBeCloseTo(65, 9)
})
test('half a year gives no annual verdict, and a gap of a month breaks a season', () => {
  const half = year(() => 50).slice(0, 180)
  expect(whoVerdicts('pm10', half, 365, 50).map(({ exceeded }) => exceeded)).toEqual([null, null])
  expect(peakSeason(year(() => 50).filter(({ day }) => !/-0[39]-/.test(day) && !/-1[0-2]-/.test(day)))).toBeNull()
})
