import { QUALITY, REASONS } from '#model/observation/quality.ts'
import type { Grade } from '#model/things/grade.ts'
import type { Evaluation } from './range.ts'
import { rulesOf } from './rules.ts'
import { Series } from './series.ts'

/**
 * Evaluation of the latest result by the history of its Datastream; combine it with the evaluation of normalise: `worst` of
 * the flags, `|` of the reasons. `earlier` is set when the previous result turned out to be a spike: that observation is
 * already stored (or in the same batch) and is amended by its key.
 */
export type HistoryEvaluation = Evaluation & { earlier?: Evaluation & { time: Date } }

/**
 * Evaluation by history, per Datastream, in order of arrival at this worker: provisional. A result that is not later than
 * the previous one is not evaluated and does not change the window: history that arrives late would look like a jump. The
 * memory is bounded (`limit` Datastreams, the least recently used are removed first), separate for each worker, and lost
 * on a restart. requalify/ evaluates stored observations definitively.
 */
export type HistoryEvaluator = {
  evaluate(datastreamId: number, property: string, time: Date, result: number, grade?: Grade): HistoryEvaluation
  /** a limit of the instrument, which is not evaluated: the results around it are no flat line */
  interrupt(datastreamId: number, time: Date): void
  readonly size: number
}

const NOT_EVALUATED: HistoryEvaluation = { quality: QUALITY.notEvaluated, reasons: 0 }

export function createHistoryEvaluator({ limit = 100_000 }: { limit?: number } = {}): HistoryEvaluator {
  // Two generations: a used series moves to the young one; when that is full, the old one is discarded.
  const half = Math.max(1, limit >> 1)
  let young = new Map<number, Series>()
  let old = new Map<number, Series>()

  function seriesOf(datastreamId: number): Series | undefined {
    const series = young.get(datastreamId) ?? old.get(datastreamId)
    if (series && !young.has(datastreamId)) {
      old.delete(datastreamId)
      insert(datastreamId, series)
    }
    return series
  }
  function insert(datastreamId: number, series: Series): void {
    if (young.size >= half) {
      old = young
      young = new Map()
    }
    young.set(datastreamId, series)
  }

  return {
    evaluate(datastreamId, property, time, result, grade = 'unknown') {
      const rules = rulesOf(property, grade)
      if (!rules) return NOT_EVALUATED
      const ms = time.getTime()
      let series = seriesOf(datastreamId)
      if (!series) {
        series = new Series(rules)
        insert(datastreamId, series)
      } else if (ms <= series.lastMs) return NOT_EVALUATED
      const before = series.lastMs
      const { quality, reasons, earlier } = series.evaluate(ms, result)
      if (earlier === QUALITY.notEvaluated) return { quality, reasons }
      return { quality, reasons, earlier: { quality: earlier, reasons: REASONS.spike, time: new Date(before) } }
    },
    interrupt(datastreamId, time) {
      const series = seriesOf(datastreamId)
      if (series && time.getTime() > series.lastMs) series.interrupt()
    },
    get size() {
      return young.size + old.size
    },
  }
}
