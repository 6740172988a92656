import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { hostRule } from '#api/http/host-names.ts'

test('on loopback only loopback names are accepted, and those that are listed', () => {
  const accepts = hostRule('127.0.0.1', ['city.example'])
  expect(['localhost', '127.0.0.1', '[::1]', 'city.example'].filter((name) => !accepts(name))).toEqual([])
  expect(['evil.example', '10.0.0.7', hostname(), ''].filter(accepts)).toEqual(
    ['localhost'].includes(hostname()) ? [hostname()] : [],
  )
})

test('beyond loopback a foreign name is refused as well; addresses and listed names are accepted', () => {
  const accepts = hostRule('0.0.0.0', ['City.Example'])
  expect(
    ['10.0.0.7', '[2001:db8::1]', 'localhost', hostname().toLowerCase(), 'city.example'].filter(accepts),
  ).toHaveLength(5)
  expect(['evil.example', 'city.example.evil.example', '', '10.0.0.7.evil.example'].filter(accepts)).toEqual([])
})

test('* accepts every name', () => {
  expect(hostRule('0.0.0.0', ['*'])('anything.example')).toBe(true)
})
