import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const DASHBOARD = resolve(import.meta.dirname, '../../../dashboard')

test.each(['index.html', 'voice.html', 'street.html', 'questionnaire.html'])('%s loads scripts that exist', (page) => {
  const scripts = [...readFileSync(join(DASHBOARD, page), 'utf8').matchAll(/<script[^>]* src="([^"]+)"/g)]
  expect(scripts.length).toBeGreaterThan(0)
  expect(scripts.map(([, path = '']) => path).filter((path) => !existsSync(join(DASHBOARD, path)))).toEqual([])
})
