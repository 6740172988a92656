import { expect, test } from 'vitest'
import { readCursor, writeCursor } from '#api/http/cursor.ts'
import { bboxParam, domainsParam, idParam, readWindow } from '#api/http/params.ts'

test('a cursor comes back as it was', () => {
  expect(readCursor(writeCursor(1_795_229_570_204_790))).toBe(1_795_229_570_204_790)
})

test.each(['', 'x', 'MTIzLjU', '%%%', 'OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQ'])('refuses the cursor %j by name', (cursor) => {
  expect(() => readCursor(cursor)).toThrow(/^cursor: /)
})

test.each([
  ['-9.2,38.6,-9.0,38.8', [-9.2, 38.6, -9, 38.8]],
  ['170,-20,-170,-10', [170, -20, -170, -10]],
])('reads the box %s', (text, bounds) => {
  expect(bboxParam.parse(text)).toEqual(bounds)
})

test.each([
  ['1,2,3', 'west,south,east,north'],
  ['1,2,3,', 'west,south,east,north'],
  ['a,b,c,d', 'west,south,east,north'],
  ['-181,0,0,1', '-180 and 180'],
  ['0,-91,1,0', '-90 and 90'],
  ['0,10,1,5', 'south must not lie north'],
])('refuses the box %s and says why', (text, why) => {
  expect(bboxParam.safeParse(text).error?.issues[0]?.message).toContain(why)
})

test('domains come as a list', () => {
  expect(domainsParam.parse('air,energy')).toEqual(['air', 'energy'])
  expect(domainsParam.safeParse('air,fire').success).toBe(false)
})

test.each(['-1', '1.5', 'x', '99999999999'])('%s is no id', (id) => expect(idParam.safeParse(id).success).toBe(false))

const now = new Date('2026-05-31T12:00:00Z')

test('a window defaults to what lies before now', () => {
  expect(readWindow({}, now, 3_600_000)).toEqual({ from: new Date('2026-05-31T11:00:00Z'), to: now })
})

test('a window without from lies before its to', () => {
  const { from } = readWindow({ to: '2026-05-01T00:00:00+01:00' }, now, 3_600_000)
  expect(from).toEqual(new Date('2026-04-30T22:00:00Z'))
})

test.each([
  ['2026-05-02T00:00:00Z', '2026-05-01T00:00:00Z'],
  ['2026-05-01T00:00:00Z', '2026-05-01T00:00:00Z'],
])('refuses the window %s to %s', (from, to) => {
  expect(() => readWindow({ from, to }, now, 1)).toThrow(/from must lie before to/)
})
