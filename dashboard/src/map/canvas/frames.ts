/** deck.gl looks for something to draw at every frame that it asks for. After this without anything new it is given one now and then. */
const AWAKE_MS = 200
/** What comes without being announced, such as icons that have been loaded, waits so long at most. */
const REST_MS = 250
/** While it starts, several things come one after the other. */
const START_MS = 1000

/** As luma.gl asks for frames (`animationFrameProvider` of its AnimationLoop). */
type FrameProvider = {
  requestAnimationFrame(callback: FrameRequestCallback): number
  cancelAnimationFrame(request: number): void
}

export type Frames = FrameProvider & {
  /** Something is to be drawn, or to be pointed at: the next frame, and those that follow it. */
  wake(): void
}

/** Sixty frames a second while something happens, four while nothing does: a map that stands still costs a phone no battery. */
export function createFrames(clock: () => number = () => performance.now()): Frames {
  let awakeUntil = clock() + START_MS
  let requests = 0
  const cancels = new Map<number, () => void>()
  const resting = new Map<number, FrameRequestCallback>()

  const draw = (request: number, callback: FrameRequestCallback): void => {
    cancels.get(request)?.()
    resting.delete(request)
    const frame = requestAnimationFrame((time) => {
      cancels.delete(request)
      callback(time)
    })
    cancels.set(request, () => cancelAnimationFrame(frame))
  }
  const rest = (request: number, callback: FrameRequestCallback): void => {
    resting.set(request, callback)
    const timer = setTimeout(() => draw(request, callback), REST_MS)
    cancels.set(request, () => clearTimeout(timer))
  }
  return {
    requestAnimationFrame(callback) {
      requests += 1
      if (clock() < awakeUntil) draw(requests, callback)
      else rest(requests, callback)
      return requests
    },
    cancelAnimationFrame(request) {
      cancels.get(request)?.()
      cancels.delete(request)
      resting.delete(request)
    },
    wake() {
      awakeUntil = Math.max(awakeUntil, clock() + AWAKE_MS)
      for (const [request, callback] of [...resting]) draw(request, callback)
    },
  }
}
