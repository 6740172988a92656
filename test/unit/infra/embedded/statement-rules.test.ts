import { describe, expect, test } from 'vitest'
import { effectOf, withoutLiterals } from '#infra/embedded/database/statement-rules.ts'

describe('what is refused', () => {
  test.each([
    'copy reading from stdin',
    'COPY reading (a, b)\n FROM STDIN with (format csv)',
    'select 1; copy reading from stdin',
    '/* bulk */ copy "reading" from stdin -- all of it',
    'listen changes',
    'prepare p as select 1',
    'declare c cursor with hold for select 1',
    'select 1; discard all',
  ])('%s', (sql) => {
    expect(effectOf(sql).refused).toBeTypeOf('string')
  })

  test.each([
    'copy (select 1) to stdout',
    "insert into note values ('copy reading from stdin')",
    'select "from stdin" from copy',
    "do $body$ begin perform 'listen x'; end $body$",
    'declare c cursor for select 1',
    'update listen set prepare = 1',
    "select E'it\\'s; listen x'",
  ])('not %s', (sql) => {
    expect(effectOf(sql).refused).toBeUndefined()
  })
})

describe('what outlives a transaction', () => {
  test.each([
    ['set time zone utc', true],
    ['begin; set search_path = a', true],
    ["select set_config('a.b', 'c', false)", true],
    ["do $$ begin perform set_config('a.b', 'c', false); end $$", true],
    ['reset all', true],
    ['set local time zone utc', false],
    ['set transaction isolation level serializable', false],
    ['update thing set name = $1', false],
  ])('settings: %s %s', (sql, expected) => {
    expect(effectOf(sql).settings).toBe(expected)
  })

  test.each([
    ['create temp table a (n int)', true],
    ['create temporary view a as select 1', true],
    ["select 'temp'", false],
  ])('temporary tables: %s %s', (sql, expected) => {
    expect(effectOf(sql).temporary).toBe(expected)
  })

  test.each([
    ['select pg_advisory_lock(1)', true],
    ['select pg_try_advisory_lock(1)', true],
    ['select pg_advisory_unlock(1)', true],
    ['select pg_advisory_xact_lock(1)', false],
  ])('advisory locks: %s %s', (sql, expected) => {
    expect(effectOf(sql).advisory).toBe(expected)
  })
})

test('DISCARD ALL and DEALLOCATE ALL concern only their client', () => {
  expect(effectOf('DISCARD ALL;')).toMatchObject({ forgets: true, instead: 'reset all' })
  expect(effectOf('deallocate all')).toMatchObject({ forgets: true })
})

test('literals, quoted names, bodies and comments are blanked out', () => {
  expect(withoutLiterals(`a 'it''s' "b ""c" $$d$$ $x$e $$ f$x$ -- g\nh /* i */ j`).replace(/\s+/g, ' ')).toBe('a h j')
})
