import { expect, test } from 'vitest'
import { REASONS } from '#model/quality.ts'
import { REJECT_REASONS } from '#model/reject-reasons.ts'
import messages from '../../../dashboard/src/messages/en.json' with { type: 'json' }

test.each(Object.keys(REJECT_REASONS))('the page has words for a message rejected as %s', (reason) => {
  expect(messages).toHaveProperty([`rejection.${reason}`])
})

test.each(Object.keys(REASONS))('the page has words for a flag set for %s', (reason) => {
  expect(messages).toHaveProperty([`reason.${reason}`])
})
