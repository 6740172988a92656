import { describe, expect, test } from 'vitest'
import { readPayload } from '#ingest/decode/formats/standards/sparkplug-payload.ts'
import { commandTopic, rebirthCommand } from '#ingest/interpret/sparkplug/rebirth.ts'
import { begin, count, isGap, type Sequence } from '#ingest/interpret/sparkplug/sequence.ts'

const born: Sequence = { next: 1, ahead: [] }
const all = (from: Sequence, ...seqs: number[]): Sequence => seqs.reduce((state, seq) => count(state, seq, 1_000), from)

describe('the numbers of an edge node', () => {
  test('in order, around the corner from 255 to 0', () => {
    expect(all({ next: 254, ahead: [] }, 254, 255, 0, 1)).toEqual({ next: 2, ahead: [] })
  })
  test('workers receive them in any order: no gap once the missing one has arrived', () => {
    expect(isGap(all(born, 1, 3, 4))).toBe(true)
    expect(all(born, 1, 3, 4, 2)).toEqual({ next: 5, ahead: [] })
    expect(all({ next: 255, ahead: [] }, 1, 0, 255)).toEqual({ next: 2, ahead: [] })
  })
  test('repeated and late numbers change nothing', () => {
    expect(all(born, 1, 2, 2, 1, 250)).toEqual({ next: 3, ahead: [] })
    expect(all(born, 3, 3)).toEqual({ next: 1, ahead: [[3, 1_000]] })
  })
  test('a birth begins anew; what was sent after it and came before it belongs to it', () => {
    const before: Sequence = {
      next: 200,
      ahead: [
        [210, 400],
        [1, 600],
        [2, 700],
      ],
    }
    expect(begin(before, 0, 500)).toEqual({ next: 3, ahead: [] })
    expect(begin(before, 255, 900)).toEqual({ next: 0, ahead: [] })
  })
  test('nothing is counted before a birth; an invalid number is ignored', () => {
    expect(all({ next: undefined, ahead: [] }, 1, 5)).toEqual({ next: undefined, ahead: [] })
    expect(all(born, 256, -1, Number.NaN)).toEqual(born)
  })
})

test('the request for a rebirth, as the node reads it', () => {
  const at = new Date('2026-05-31T12:00:00Z')
  expect(commandTopic('parks/gw 7')).toBe('spBv1.0/parks/NCMD/gw 7')
  expect(readPayload(rebirthCommand(at))).toEqual({
    timestamp: at.getTime(),
    metrics: [
      {
        name: 'Node Control/Rebirth',
        timestamp: at.getTime(),
        datatype: 11,
        isNull: false,
        value: { kind: 'boolean', value: true },
      },
    ],
  })
})
