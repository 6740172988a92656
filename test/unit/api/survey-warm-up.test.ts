/** What a reader of People would wait for is worked out before anybody asks. */
import { expect, test } from 'vitest'
import { warmUpSurveys } from '#api/surveys/warm-up.ts'
import { until } from '../../delivery/until.ts'

test('the newest survey first; a survey that fails is reported and does not keep the others from it', async () => {
  const asked: string[] = []
  const warnings: object[] = []
  const surveys = {
    list: async () => ({
      surveys: [
        { id: 'old', to: '2024-06-30' },
        { id: 'new', to: '2026-06-30' },
      ],
    }),
    coreIndicators: async (id: string) => {
      asked.push(id)
      if (id === 'new') throw new Error('no answers')
    },
  }
  const stop = warmUpSurveys(surveys, { warn: (one: object) => void warnings.push(one) })
  await until(
    async () => asked.length,
    (n) => n === 2,
  )
  stop()
  expect(asked).toEqual(['new', 'old'])
  expect(warnings).toMatchObject([{ survey: 'new' }])
})
