/**
 * Calibration corrects the results of an instrument by a reference measurement next to it. The raw observation stays
 * unchanged in its own Datastream; the calibrated one has the channel `calibrated` (`<channel>.calibrated` where the
 * instrument has channels). Before the first calibration it repeats the raw value, so that the calibrated series has no gap
 * and readers may always prefer it.
 */
import { calibratedChannel } from '#model/observation/calibrated-channel.ts'
import { inCircle } from '#model/observation/directions.ts'
import { isCircular } from '#model/observation/properties.ts'
import type { NormalSample } from './normalise.ts'

/** calibrated = gain * raw + offset (for a direction raw + offset, within the circle) for phenomenon times from `fromMs` on, until the next step */
export type CalibrationStep = { readonly fromMs: number; readonly gain: number; readonly offset: number }
/** Steps in order of time, by device name, then by property and channel. */
export type Calibrations = ReadonlyMap<string, ReadonlyMap<string, readonly CalibrationStep[]>>

export const streamKey = (property: string, channel: string): string => `${property}\n${channel}`

/** The samples, each followed by its calibrated version where its instrument is calibrated. */
export function withCalibrated(samples: readonly NormalSample[], calibrations: Calibrations): readonly NormalSample[] {
  if (calibrations.size === 0) return samples
  return samples.flatMap((sample) => {
    const steps = calibrations.get(sample.device)?.get(streamKey(sample.property, sample.channel))
    if (!steps) return [sample]
    const { gain, offset } = stepAt(steps, sample.phenomenonTime.getTime())
    const result = gain * sample.result + offset
    const calibrated = isCircular(sample.property) ? inCircle(result) : result
    return [sample, { ...sample, channel: calibratedChannel(sample.channel), result: calibrated }]
  })
}

const AS_IT_IS = { gain: 1, offset: 0 }

function stepAt(steps: readonly CalibrationStep[], timeMs: number): { gain: number; offset: number } {
  let found: { gain: number; offset: number } = AS_IT_IS
  for (const step of steps) if (step.fromMs <= timeMs) found = step
  return found
}
