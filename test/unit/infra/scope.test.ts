import { expect, test } from 'vitest'
import { createScope } from '#infra/runtime/scope.ts'

test('releases run last-in first-out, each once, even when one fails', async () => {
  const order: string[] = []
  const scope = createScope()
  scope.defer(() => order.push('pool'))
  scope.defer(() => {
    order.push('broker')
    throw new Error('broker did not close')
  })
  scope.defer(async () => order.push('worker'))
  await expect(scope.close()).rejects.toThrow('broker did not close')
  expect(order).toEqual(['worker', 'broker', 'pool'])
  await expect(scope.close()).rejects.toThrow('broker did not close')
  expect(order).toHaveLength(3)
})
