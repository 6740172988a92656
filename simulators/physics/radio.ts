import { distance, type Point } from '../city/geometry/geometry.ts'
import { fractal2, noise2 } from '../random/noise.ts'
import { hash01 } from '../random/random.ts'
import type { SimThing } from '../world/world.ts'

/** What a phone measures of one radio generation at one place. dBm, dB. */
export type Signal = { rsrp: number; rsrq: number; sinr: number; served: boolean }
export type Technology = '3g' | '4g' | '5g'

type Carrier = {
  frequencyGHz: number /** over that of a resource element or pilot code, dB */
  gain: number
  bandwidthMHz: number
  layers: number
}
/** Bands common in Europe: 2100 MHz UMTS (5 MHz), 1800 MHz LTE (20 MHz), 3.5 GHz NR (60 MHz). */
const CARRIERS: Readonly<Record<Technology, Carrier>> = {
  '3g': { frequencyGHz: 2.1, gain: 2, bandwidthMHz: 5, layers: 1 },
  '4g': { frequencyGHz: 1.8, gain: -16, bandwidthMHz: 20, layers: 1.6 },
  '5g': { frequencyGHz: 3.5, gain: -13, bandwidthMHz: 60, layers: 2.2 },
}
/** thermal noise of 15 kHz and a receiver noise figure of 7 dB */
const NOISE_DBM = -174 + 10 * Math.log10(15_000) + 7

/** What a car keeps of the signal from the phone on its seat, dB: 3GPP TR 38.901, section 7.4.3.2, mean for ordinary glass. */
const CAR_LOSS_DB = 9

/** Path loss in dB, urban macro cell without line of sight: 3GPP TR 38.901, table 7.4.1-1, UMa NLOS; phone at 1.5 m. */
export function pathLoss(metres: number, heightM: number, frequencyGHz: number): number {
  const d = Math.hypot(Math.max(10, metres), heightM - 1.5)
  return 13.54 + 39.08 * Math.log10(d) + 20 * Math.log10(frequencyGHz)
}

export type Radio = {
  signal(at: Point, technology: Technology, load: number): Signal
  /** Mbit/s and ms, as a speed test finds them */
  speed(
    signal: Signal,
    technology: Technology,
    load: number,
    draw: number,
  ): { download: number; upload: number; latency: number }
}

export function createRadio(seed: number, masts: readonly SimThing[]): Radio {
  const cells = masts.map((mast) => ({
    at: mast.at,
    seed: mast.seed,
    height: Number(mast.attributes['heightM'] || 28),
    power: Number(mast.attributes['powerDbm'] || 46) + 15 - CAR_LOSS_DB,
    technologies: (mast.attributes['technologies'] ?? '4g').split(' '),
  }))
  return {
    signal: (at, technology, load) => {
      const carrier = CARRIERS[technology]
      let best = -200
      let others = 0
      for (const cell of cells) {
        if (!cell.technologies.includes(technology)) continue
        // shadowing: 6 dB, correlated over about 60 m, part of it common to all cells (the street one stands in)
        const shadow =
          6.5 * noise2(cell.seed, at[0] / 120, at[1] / 120) + 4 * fractal2(seed + 601, at[0] / 300, at[1] / 300, 2)
        const power =
          cell.power + carrier.gain - pathLoss(distance(at, cell.at), cell.height, carrier.frequencyGHz) + shadow
        if (power > best) {
          others += dbToLinear(best)
          best = power
        } else others += dbToLinear(power)
      }
      // neighbours send in part of their resource elements only
      const interference = others * (0.12 + 0.6 * load) + dbToLinear(NOISE_DBM)
      const sinr = Math.min(30, best - 10 * Math.log10(interference))
      const rsrq = Math.max(-19.5, -3 - 10 * Math.log10(1 + 5 * load) - 10 * Math.log10(1 + 1 / dbToLinear(sinr)))
      return {
        rsrp: best,
        rsrq,
        sinr: Math.max(-20, sinr),
        served: best > (technology === '3g' ? -112 : -124) && sinr > -9,
      }
    },
    speed: (signal, technology, load, draw) => {
      const { bandwidthMHz, layers } = CARRIERS[technology]
      // Shannon with a loss of a quarter, and no better than 256-QAM
      const efficiency = Math.min(6.2, 0.75 * Math.log2(1 + dbToLinear(signal.sinr)))
      const share = Math.max(0.06, 1 - 0.85 * load) * (0.55 + 0.6 * draw)
      const download = Math.max(0.1, bandwidthMHz * efficiency * layers * share * (technology === '3g' ? 0.6 : 1))
      const idle = technology === '5g' ? 13 : technology === '4g' ? 27 : 68
      return {
        download,
        upload: Math.max(0.05, download * (technology === '5g' ? 0.16 : 0.27) * (0.7 + 0.5 * draw)),
        latency: idle + 26 * load * load + 30 * Math.max(0, 3 - signal.sinr) * 0.25 + 9 * draw,
      }
    },
  }
}
const dbToLinear = (db: number): number => 10 ** (db / 10)

/** Which radio a phone that has all of them is asked to test: mostly 4G, sometimes the others. */
export function drawTechnology(...noise: number[]): Technology {
  const draw = hash01(...noise)
  return draw < 0.52 ? '4g' : draw < 0.82 ? '5g' : '3g'
}
