/** Districts of the past in a pack: what is taken for past, and what is said of dates that do not fit. */
import { afterEach, expect, test } from 'vitest'
import { problemText } from '#domain/city-pack/problems/pack-problems.ts'
import { checkCityPack } from '#domain/city-pack/read-pack.ts'
import { good, pack, removePacks, zones } from './packs.ts'

afterEach(removePacks)

async function check(...districts: object[]) {
  const features = districts.flatMap((properties) => zones({ name: 'A district', ...properties }).features)
  const folder = await pack({ ...good, 'zones.geojson': JSON.stringify({ type: 'FeatureCollection', features }) })
  const { pack: read, problems } = await checkCityPack(folder, {})
  return { read, problems: problems.list.map(problemText) }
}

test('a district that has ended is past, and its successor begins when it ended', async () => {
  const { read, problems } = await check(
    { key: 'old', validFrom: '2010-01-01', validTo: '2020-01-01' },
    { key: 'new', replaces: ['old'] },
    { key: 'ending', validTo: '2999-01-01' },
  )
  expect(problems).toEqual([])
  expect(read?.pastZones.map(({ key }) => key)).toEqual(['old'])
  expect(read?.zones.map(({ key, validFrom }) => [key, validFrom])).toEqual([
    ['new', '2020-01-01'],
    ['ending', undefined],
  ])
})

const OLD = { key: 'old', validTo: '2020-01-01' }
test.each([
  [[OLD, { key: 'new', replaces: ['odl'] }], '"odl" is not in the file; did you mean "old"?'],
  [[{ key: 'old' }, { key: 'new', replaces: ['old'] }], '"old" has no validTo'],
  [
    [OLD, { key: 'new', replaces: ['old'], validFrom: '2021-01-01' }],
    'is 2021-01-01, and what it replaces ends 2020-01-01',
  ],
  [[{ ...OLD, validFrom: '2020-01-01' }], '"2020-01-01" does not lie after its beginning, 2020-01-01'],
  [
    [OLD, { key: 'older', validTo: '2019-01-01' }, { key: 'new', replaces: ['old', 'older'] }],
    'these end at different times: 2020-01-01, 2019-01-01',
  ], // prettier-ignore
  [[{ key: 'old', validTo: 'soon' }], 'validTo'],
] as const)('%j: %s', async (districts, message) => {
  const { problems } = await check(...districts)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(message)
})
