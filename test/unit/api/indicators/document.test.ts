import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DOCUMENT, indicatorsPage } from '#api/indicators/document.ts'

test('docs/indicators.md is up to date: run node api/indicators/document.ts', () => {
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(indicatorsPage())
})

test('the page names every indicator once', () => {
  expect(indicatorsPage().match(/^#### /gm)).toHaveLength(91)
})
