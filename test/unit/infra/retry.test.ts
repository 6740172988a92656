import { expect, test } from 'vitest'
import { isContention, isDataError, isTransient } from '#infra/db/retry.ts'

const withCode = (code: string) => Object.assign(new Error('x'), { code })

// SQLSTATE classes: PostgreSQL documentation, appendix A.
test.each([
  ['08006', 'connection failure'],
  ['53300', 'too many connections'],
  ['53100', 'disk full'],
  ['57P01', 'admin shutdown'],
  ['57P03', 'cannot connect now'],
  ['40P01', 'deadlock'],
  ['40001', 'serialization failure'],
  ['ECONNREFUSED', 'server away'],
])('%s (%s) may succeed later', (code) => {
  expect(isTransient(withCode(code))).toBe(true)
  expect(isDataError(withCode(code))).toBe(false)
})

test.each([
  ['22003', 'numeric out of range'],
  ['23503', 'foreign key'],
  ['23502', 'not null'],
])('%s (%s) is the fault of the data', (code) => {
  expect(isTransient(withCode(code))).toBe(false)
  expect(isDataError(withCode(code))).toBe(true)
})

test.each([
  ['42P01', 'undefined table'],
  ['57014', 'statement timeout'],
  ['28P01', 'wrong password'],
])('%s (%s) is neither', (code) => {
  expect(isTransient(withCode(code))).toBe(false)
  expect(isDataError(withCode(code))).toBe(false)
})

test('only two transactions that met are contention', () => {
  const contention = ['40P01', '40001', '55P03', '57P03', '53100', 'ECONNREFUSED', '23505', '']
  expect(contention.filter((code) => isContention(withCode(code)))).toEqual(['40P01', '40001', '55P03'])
  expect(isContention(undefined)).toBe(false)
})

test('a connection that broke without a code may succeed later; a bug does not', () => {
  expect(isTransient(new Error('Connection terminated unexpectedly'))).toBe(true)
  expect(isTransient(new TypeError('x is not a function'))).toBe(false)
})
