/** What a reader of People would wait for is worked out before anybody asks. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { warmUpSurveys } from '#api/surveys/warm-up.ts'

test('the newest survey first; one that fails does not keep the others from it, and is tried again', async () => {
  const asked: string[] = []
  const surveys = {
    list: async () => ({
      surveys: [
        { id: 'old', to: '2024-06-30' },
        { id: 'new', to: '2026-06-30' },
      ],
    }),
    coreIndicators: async (id: string) => {
      asked.push(id)
      if (asked.length === 1) throw new Error('no connection')
    },
  }
  const warnings: object[] = []
  await warmUpSurveys(surveys, { warn: (one: object) => void warnings.push(one) }, { settleMs: 0, retryMs: 1 }).done
  expect(asked).toEqual(['new', 'old', 'new', 'old'])
  expect(warnings).toEqual([])
})

test('a city without surveys is asked for a while', async () => {
  let asked = 0
  const warnings: object[] = []
  const list = async () => {
    asked += 1
    return { surveys: [] }
  }
  const surveys = { list, coreIndicators: async () => {} }
  await warmUpSurveys(surveys, { warn: (one: object) => void warnings.push(one) }, { settleMs: 0, retryMs: 0 }).done
  expect(asked).toBeGreaterThan(10)
  expect(warnings).toEqual([])
})

test('not as soon as a city starts, and not at all when it is stopped then', async () => {
  let asked = 0
  const list = async () => {
    asked += 1
    return { surveys: [{ id: 'one', to: '2026-06-30' }] }
  }
  const warmUp = warmUpSurveys({ list, coreIndicators: async () => {} }, { warn: () => {} })
  await sleep(20)
  warmUp.stop()
  await warmUp.done
  expect(asked).toBe(0)
})
