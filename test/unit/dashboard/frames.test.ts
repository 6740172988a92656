import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFrames } from '#dashboard/src/map/canvas/frames.ts'

const FRAME_MS = 16

/** As luma.gl does: each frame asks for the next. */
function startLoop(frames = createFrames()) {
  const loop = { frames, drawn: 0, request: 0 }
  const step = (): void => {
    loop.drawn += 1
    loop.request = frames.requestAnimationFrame(step)
  }
  loop.request = frames.requestAnimationFrame(step)
  return loop
}

describe('frames of the map', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) =>
      setTimeout(() => callback(performance.now()), FRAME_MS),
    )
    vi.stubGlobal('cancelAnimationFrame', clearTimeout)
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })
  const drawnIn = (loop: { drawn: number }, ms: number): number => {
    const before = loop.drawn
    vi.advanceTimersByTime(ms)
    return loop.drawn - before
  }

  test('while it starts every frame is looked at; standing still, four a second', () => {
    const loop = startLoop()
    expect(drawnIn(loop, 900)).toBeGreaterThan(50)
    vi.advanceTimersByTime(2000)
    expect(drawnIn(loop, 10_000)).toBeLessThanOrEqual(40)
    expect(drawnIn(loop, 10_000)).toBeGreaterThan(30)
  })

  test('what is new is drawn with the next frame, at whatever moment of the rest it comes', () => {
    const loop = startLoop()
    vi.advanceTimersByTime(5000)
    for (let moment = 0; moment < 300; moment += 7) {
      vi.advanceTimersByTime(5000 + moment)
      loop.frames.wake()
      expect(drawnIn(loop, 17), `${moment} ms later`).toBeGreaterThanOrEqual(1)
    }
  })

  test('waking often does not make two loops of one', () => {
    const loop = startLoop()
    for (let n = 0; n < 100; n += 1) {
      loop.frames.wake()
      vi.advanceTimersByTime(5)
    }
    const aSecond = drawnIn(loop, 1000)
    expect(aSecond).toBeLessThanOrEqual(63)
  })

  test.each([0, 5000])('a cancelled loop stands still (after %i ms)', (age) => {
    const loop = startLoop()
    vi.advanceTimersByTime(age)
    loop.frames.cancelAnimationFrame(loop.request)
    loop.frames.wake()
    expect(drawnIn(loop, 5000)).toBe(0)
  })
})
