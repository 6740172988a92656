/** Raw readings next to indices that average; bands of the European index (ETC HE report 2024/17): PM2.5 poor from 50 ug/m3. */
import { expect, test } from 'vitest'
import { acuteReadings, type RawReading } from '#model/air-quality/acute.ts'
import { europeanIndex, type HourlySeries, usIndex } from '#model/air-quality/index-of-hours.ts'

const END = new Date('2026-06-01T14:00:00Z')
const now = END.getTime() + 300_000
const indices = (series: HourlySeries) => [usIndex(series, END), europeanIndex(series, END)]
const calm = { pm2_5: new Array(12).fill(12), no2: [20, 20], o3: [50, 50] }
const reading = (property: string, value: number, over: Partial<RawReading> = {}): RawReading => ({
  ...{ property, value, time: now, quality: 1 },
  ...over,
})

test('smoke that has just arrived: now against the mean of the hour and the NowCast', () => {
  expect(acuteReadings([reading('pm2_5', 120)], indices(calm))).toEqual([
    {
      ...{ pollutant: 'pm2_5', value: 120, time: now, category: 'very_poor', isSuspect: false },
      averages: [
        { averaging: 'nowcast_12h', concentration: 12 },
        { averaging: 'mean_1h', concentration: 12 },
      ],
    },
  ])
})

test('fair air, an older reading, a failed one, and a pollutant without bands are nothing to say', () => {
  const said = acuteReadings(
    [
      reading('pm2_5', 49),
      reading('no2', 140, { time: END.getTime() }),
      reading('pm10', 400, { quality: 4 }),
      reading('temperature', 300),
    ],
    indices(calm),
  )
  expect(said).toEqual([])
})

test('once the hour is as bad, only the slower index is behind; once both are, neither', () => {
  const hour = { ...calm, pm2_5: [120, ...new Array(11).fill(5)] }
  // NowCast: weight 0.5, 12 hours: 120 (1/2) + 5 (1/2) of about 1 = 62.6: poor, and not very poor
  const [one] = acuteReadings([reading('pm2_5', 120)], indices(hour))
  expect(one?.averages.map(({ averaging }) => averaging)).toEqual(['nowcast_12h'])
  expect(acuteReadings([reading('pm2_5', 120)], indices({ ...calm, pm2_5: new Array(12).fill(120) }))).toEqual([])
})

test('a suspect reading is said to be one; the worst comes first; without an index there is no mean', () => {
  const said = acuteReadings(
    [reading('no2', 110), reading('pm2_5', 300, { quality: 3 }), reading('pm2_5', 60)],
    [null, null],
  )
  expect(
    said.map(({ pollutant, category, isSuspect, averages }) => [pollutant, category, isSuspect, averages]),
  ).toEqual([
    ['pm2_5', 'extremely_poor', true, []],
    ['no2', 'very_poor', false, []],
  ])
})
