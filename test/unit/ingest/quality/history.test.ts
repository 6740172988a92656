import { describe, expect, test } from 'vitest'
import { createHistoryEvaluator } from '#ingest/quality/history.ts'

const start = Date.parse('2026-05-31T00:00:00Z')
const at = (minutes: number): Date => new Date(start + minutes * 60_000)
const REASON = { spike: 1 << 2, rate: 1 << 3, flat: 1 << 4, stuck: 1 << 5, reset: 1 << 11 }

describe('quality control with history', () => {
  test('a spike is found when the next result is there, and names its time', () => {
    const control = createHistoryEvaluator()
    control.evaluate(1, 'temperature', at(0), 20)
    expect(control.evaluate(1, 'temperature', at(10), 32).earlier).toBeUndefined()
    // SPK_REF (20 + 20) / 2, distance 12: more than 5, less than 15
    expect(control.evaluate(1, 'temperature', at(20), 20).earlier).toEqual({
      quality: 3,
      reasons: REASON.spike,
      time: at(10),
    })
    control.evaluate(1, 'temperature', at(30), 60)
    expect(control.evaluate(1, 'temperature', at(40), 20).earlier).toMatchObject({ quality: 4, time: at(30) })
  })

  test('a jump against a quiet history is suspect', () => {
    const control = createHistoryEvaluator()
    for (let n = 0; n < 14; n++) control.evaluate(1, 'temperature', at(n * 10), 20 + (n % 2) / 10)
    expect(control.evaluate(1, 'temperature', at(140), 25.2)).toMatchObject({ quality: 3, reasons: REASON.rate })
  })

  test('a flat line is suspect after three hours and fails after nine', () => {
    const control = createHistoryEvaluator()
    const flags = Array.from({ length: 61 }, (_, n) => control.evaluate(1, 'temperature', at(n * 10), 20).quality)
    expect(flags[7]).toBe(2)
    expect(flags[17]).toBe(1)
    expect(flags[18]).toBe(3)
    expect(flags[53]).toBe(3)
    expect(flags[54]).toBe(4)
    expect(control.evaluate(1, 'temperature', at(620), 20.4).quality).toBe(1)
  })

  test('a lower meter reading is a reset; a meter unchanged for two days is suspect', () => {
    const control = createHistoryEvaluator()
    control.evaluate(1, 'energy', at(0), 100)
    expect(control.evaluate(1, 'energy', at(60), 101)).toEqual({ quality: 1, reasons: 0 })
    expect(control.evaluate(1, 'energy', at(120), 3)).toEqual({ quality: 1, reasons: REASON.reset })
    const flags = Array.from({ length: 50 }, (_, n) => control.evaluate(1, 'energy', at(180 + n * 60), 3))
    expect(flags[46]).toEqual({ quality: 1, reasons: 0 })
    expect(flags[47]).toEqual({ quality: 3, reasons: REASON.stuck })
  })

  test('a meter that reads 0 once, or ten times too much: the next reading shows that it is an outlier', () => {
    const control = createHistoryEvaluator()
    const judge = (minute: number, result: number) => control.evaluate(1, 'energy', at(minute), result)
    for (const [minute, result] of [
      [0, 5000],
      [60, 5001],
      [120, 0],
    ] as const)
      judge(minute, result)
    const outlier = (minute: number) => ({ earlier: { quality: 3, reasons: REASON.spike, time: at(minute) } })
    expect(judge(180, 5002)).toMatchObject({ quality: 1, reasons: 0, ...outlier(120) })
    expect(judge(240, 50_020).earlier).toBeUndefined()
    expect(judge(300, 5003)).toMatchObject({ quality: 1, reasons: 0, ...outlier(240) })
    expect(judge(360, 5004)).toEqual({ quality: 1, reasons: 0 })
  })

  test('history that arrives late is not evaluated and changes nothing', () => {
    const control = createHistoryEvaluator()
    for (let n = 0; n < 14; n++) control.evaluate(1, 'temperature', at(n * 10), 20 + (n % 2) / 10)
    expect(control.evaluate(1, 'temperature', at(5), -30)).toEqual({ quality: 2, reasons: 0 })
    expect(control.evaluate(1, 'temperature', at(130), -30)).toEqual({ quality: 2, reasons: 0 })
    expect(control.evaluate(1, 'temperature', at(140), 20)).toEqual({ quality: 1, reasons: 0 })
  })

  test('a silence of hours begins anew', () => {
    const control = createHistoryEvaluator()
    for (let n = 0; n < 14; n++) control.evaluate(1, 'temperature', at(n * 10), 20 + (n % 2) / 10)
    expect(control.evaluate(1, 'temperature', at(130 + 181), 29)).toEqual({ quality: 2, reasons: 0 })
  })

  test('properties without thresholds are not evaluated and need no memory', () => {
    const control = createHistoryEvaluator()
    for (const property of ['bikes_available', 'illuminance', 'constructor', 'nonsense'])
      expect(control.evaluate(1, property, at(0), 1)).toEqual({ quality: 2, reasons: 0 })
    expect(control.size).toBe(0)
  })

  test('memory is bounded: the one longest unheard goes', () => {
    const control = createHistoryEvaluator({ limit: 2 })
    control.evaluate(1, 'energy', at(0), 10)
    control.evaluate(2, 'energy', at(0), 10)
    control.evaluate(1, 'energy', at(1), 11)
    control.evaluate(3, 'energy', at(1), 10)
    expect(control.size).toBe(2)
    expect(control.evaluate(1, 'energy', at(2), 1).reasons).toBe(REASON.reset)
    expect(control.evaluate(2, 'energy', at(2), 1).quality).toBe(2)
  })
})
