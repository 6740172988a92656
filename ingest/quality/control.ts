import type { Grade } from '#model/observation/domain.ts'
import { QUALITY, REASONS } from '#model/observation/quality.ts'
import type { Verdict } from './range.ts'
import { rulesOf } from './rules.ts'
import { Series } from './series.ts'

/**
 * What the history of a Datastream says of its newest result; combine it with the verdict of normalise: `worst` of the
 * flags, `|` of the reasons. `earlier` is set when the result before has turned out to be a spike: that observation is
 * stored already (or waits in the same batch) and is amended by its key.
 */
export type HistoryVerdict = Verdict & { earlier?: Verdict & { time: Date } }

/**
 * Quality control with history, per Datastream, in order of arrival, as far as this worker has seen it: a first
 * opinion. A result that is not newer than the last is not judged and leaves the window alone: history that is filled
 * in later would look like a jump. The memory is bounded (`limit` Datastreams, those unheard for long go first);
 * another worker has its own, a restart forgets it. requalify/ judges what is stored for good.
 */
export type QualityControl = {
  evaluate(datastreamId: number, property: string, time: Date, result: number, grade?: Grade): HistoryVerdict
  readonly size: number
}

const NOT_EVALUATED: HistoryVerdict = { quality: QUALITY.notEvaluated, reasons: 0 }

export function createQualityControl({ limit = 100_000 }: { limit?: number } = {}): QualityControl {
  // Two generations: what is heard moves to the young one; when that is full, the old one is forgotten.
  const half = Math.max(1, limit >> 1)
  let young = new Map<number, Series>()
  let old = new Map<number, Series>()

  function seriesOf(datastreamId: number): Series | undefined {
    const series = young.get(datastreamId) ?? old.get(datastreamId)
    if (series && !young.has(datastreamId)) {
      old.delete(datastreamId)
      keep(datastreamId, series)
    }
    return series
  }
  function keep(datastreamId: number, series: Series): void {
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
        keep(datastreamId, series)
      } else if (ms <= series.lastMs) return NOT_EVALUATED
      const before = series.lastMs
      const { quality, reasons, earlier } = series.judge(ms, result)
      if (earlier === QUALITY.notEvaluated) return { quality, reasons }
      return { quality, reasons, earlier: { quality: earlier, reasons: REASONS.spike, time: new Date(before) } }
    },
    get size() {
      return young.size + old.size
    },
  }
}
