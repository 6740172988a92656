import fc from 'fast-check'
import { expect, test } from 'vitest'
import { routesTo } from '#model/statistics/disclosure/routes.ts'

const codes = fc.array(fc.constantFrom('y', 'n', 'x', null), { minLength: 30, maxLength: 200 })
const few = (of: readonly unknown[], value: unknown): boolean => of.filter((one) => one === value).length < 3

test('property: a question that is put to those who gave an answer is found, with some who do not answer it', () => {
  fc.assert(
    fc.property(codes, fc.infiniteStream(fc.nat({ max: 99 })), (net, random) => {
      fc.pre(!few(net, 'y') && !few(net, 'n'))
      // three in a hundred do not answer
      const kind = net.map((one) => (one === 'y' && (random.next().value ?? 0) >= 3 ? 'a' : null))
      fc.pre(kind.filter((one) => one !== null).length > 0.9 * net.filter((one) => one === 'y').length)
      expect(routesTo(kind, [{ column: 'net', codes: net }])).toEqual(['net'])
    }),
    { seed: 59 },
  )
})

test('property: nonresponse by chance is no route', () => {
  fc.assert(
    fc.property(codes, fc.array(fc.boolean(), { minLength: 200, maxLength: 200 }), (net, isAnswered) => {
      const sat = net.map((_, i) => (isAnswered[i] ? 'a' : null))
      for (const code of ['y', 'n', 'x'])
        fc.pre(
          net.filter((one, i) => one === code && sat[i] !== null).length * 4 > net.filter((one) => one === code).length,
        )
      expect(routesTo(sat, [{ column: 'net', codes: net }])).toEqual([])
    }),
    { seed: 60 },
  )
})

test('questions with the same respondents do not decide each other; nor does one with fewer', () => {
  const a = ['y', 'n', null, null]
  expect(routesTo(a, [{ column: 'b', codes: ['n', 'y', null, null] }])).toEqual([])
  expect(routesTo(['y', 'y', 'y', null], [{ column: 'b', codes: ['n', null, null, 'y'] }])).toEqual([])
})
