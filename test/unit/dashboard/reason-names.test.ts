import { expect, test } from 'vitest'
import messages from '#dashboard/src/i18n/en.json' with { type: 'json' }
import { REASONS } from '#model/observation/quality.ts'
import { REJECT_REASONS } from '#model/observation/reject-reasons.ts'

test.each(Object.keys(REJECT_REASONS))('the page has words for a message rejected as %s', (reason) => {
  expect(messages).toHaveProperty([`rejection.${reason}`])
})

test.each(Object.keys(REASONS))('the page has words for a flag set for %s', (reason) => {
  expect(messages).toHaveProperty([`reason.${reason}`])
})
