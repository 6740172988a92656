import { type RefObject, useCallback, useMemo, useRef, useState } from 'react'
import type { Position } from '#model/basics/geo.ts'
import { changeView } from '../../state/use-view-state.ts'
import { MAX_CORNERS, MIN_CORNERS, polygonKey, zonesKey } from './area-key.ts'

/** Drawing: off (null) -> corners are added, one after the other -> the area is selected, or nothing is. */
export type Drawing = {
  readonly ring: readonly Position[] | null
  /** of the map as it is, where a corner goes that is added by keyboard; the map keeps it up to date */
  readonly centre: RefObject<Position>
  readonly canClose: boolean
  readonly isFull: boolean
  readonly start: () => void
  readonly add: (corner: Position) => void
  readonly undo: () => void
  readonly close: () => void
  readonly cancel: () => void
  /** districts from a list instead of corners */
  readonly chooseDistricts: () => void
}

export function useDrawing(): Drawing {
  const [ring, setRing] = useState<readonly Position[] | null>(null)
  const centre = useRef<Position>([0, 0])
  const add = useCallback((corner: Position) => {
    setRing((known) => (known && known.length < MAX_CORNERS ? [...known, corner] : known))
  }, [])
  const count = ring?.length ?? 0
  return useMemo(
    () => ({
      ring,
      centre,
      canClose: count >= MIN_CORNERS,
      isFull: count >= MAX_CORNERS,
      start: () => {
        changeView({ select: null })
        setRing([])
      },
      add,
      undo: () => setRing((known) => known?.slice(0, -1) ?? null),
      close: () => {
        if (!ring || count < MIN_CORNERS) return
        changeView({ select: { type: 'area', key: polygonKey(ring) } })
        setRing(null)
      },
      cancel: () => setRing(null),
      chooseDistricts: () => {
        changeView({ select: { type: 'area', key: zonesKey([]) } })
        setRing(null)
      },
    }),
    [ring, count, add],
  )
}
