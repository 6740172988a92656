import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createOutageLog } from '#api/http/outage-log.ts'

test('an outage is one line when it starts and one when it ends, however many requests fail', async () => {
  const lines: { level: number; msg: string; cause?: string }[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  let reachable = false
  const outage = createOutageLog(log, async () => {
    if (!reachable) throw new Error('refused')
  })
  for (let request = 0; request < 100; request += 1) outage.note('connection refused')
  expect(lines).toMatchObject([{ level: 50, cause: 'connection refused' }])
  expect(lines[0]?.msg).toContain('database outage started')
  reachable = true
  for (let waited = 0; lines.length < 2 && waited < 5_000; waited += 50) await sleep(50)
  expect(lines[1]?.msg).toMatch(/^database outage ended after \d+ s/)
  outage.note('again')
  expect(lines).toHaveLength(3)
  outage.close()
})
