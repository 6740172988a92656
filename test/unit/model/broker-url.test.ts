import { expect, test } from 'vitest'
import { separateLogin } from '#model/mqtt/broker-url.ts'

test.each([
  ['mqtt://broker:1883', {}],
  ['mqtt://devices@broker:1883', { username: 'devices' }],
  ['mqtt://devices:a%3Ab%40c%2Fd@broker:1883', { username: 'devices', password: 'a:b@c/d' }],
  ['mqtt://a%3Ab:c@broker:1883', { username: 'a:b', password: 'c' }],
])('%s', (url, login) => {
  expect(separateLogin(url).login).toEqual(login)
  expect(separateLogin(url).address).toBe('mqtt://broker:1883')
})
