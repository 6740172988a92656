import 'maplibre-gl/dist/maplibre-gl.css'
import './city-map.css'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { ZoneFeatures } from '#model/api/city.ts'
import type { Area, Position } from '#model/basics/geo.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { baseMapStyle } from '../base-map/style.ts'
import type { Marks } from '../layer-model/model.ts'
import { type attributesOf, createPointAttributes } from '../marks/point-attributes.ts'
import { arrangeAll, createLevelCheck } from './arrange.ts'
import { draw } from './draw.ts'
import { fitting, placeLabels } from './place-labels.ts'
import { BY_ADDRESS, MAIN, openStage, type Stage, type StageProps, titleFor } from './stage.ts'

/** A layer that lies over or under the main one. */
export type FurtherMarks = {
  readonly id: string
  /** said where its marks are pointed at */
  readonly title: string
  readonly marks: Marks
  /** 0 to 1 */
  readonly opacity: number
  readonly isUnder: boolean
}

export type CityMapProps = Omit<StageProps, 'further'> & {
  readonly zones: ZoneFeatures
  readonly marks: Marks
  /** other layers, from bottom to top */
  readonly further?: readonly FurtherMarks[]
  readonly selected: string | null
  /** a place that has no mark of its own and is to be found: a street */
  readonly spot?: Position | null
  /** the outline of an area that is no district */
  readonly outline?: Area | null
}

/** MapLibre draws the base map, deck.gl the data over it. The component only connects them to the page. */
export default function CityMap(props: CityMapProps) {
  const { city, zones, marks, further = NONE, selected, spot = null, outline = null, drawing, scheme, camera } = props
  const corners = drawing?.ring ?? null
  const container = useRef<HTMLDivElement>(null)
  const names = useRef<HTMLDivElement>(null)
  const [stage, setStage] = useState<Stage | null>(null)
  const [zoom, setZoom] = useState(12)
  const [problem, setProblem] = useState(false)
  const i18n = useI18n()
  const latest = useRef(props)
  latest.current = props
  const drawn = useRef(scheme)

  useEffect(() => {
    if (!container.current || !names.current) return
    drawn.current = latest.current.scheme
    const elements = { container: container.current, names: names.current }
    return openStage(elements, latest, i18n, { onStage: setStage, onZoom: setZoom, onProblem: setProblem })
  }, [i18n])

  useEffect(() => {
    if (!stage) return
    if (drawn.current === scheme) return
    drawn.current = scheme
    stage.map.setStyle(baseMapStyle(city, { scheme, language: i18n.language }))
  }, [stage, city, scheme, i18n])

  useEffect(() => {
    if (!stage || !camera) return
    const { lng, lat } = stage.map.getCenter()
    const moved = Math.abs(lng - camera.longitude) + Math.abs(lat - camera.latitude) > 2e-5
    if (moved || Math.abs(stage.map.getZoom() - camera.zoom) > 0.02) {
      stage.map.jumpTo({ center: [camera.longitude, camera.latitude], zoom: camera.zoom }, BY_ADDRESS)
    }
  }, [stage, camera])

  const places = useMemo(() => placeLabels(zones), [zones])
  const { name } = props
  useEffect(() => {
    stage?.map.getCanvas().setAttribute('aria-label', titleFor(name, city, i18n.t))
  }, [stage, name, city, i18n])

  const stack = useMemo(() => stackOf(marks, further), [marks, further])
  const keptFor = useMemo(keptOfLayers, [])
  const points = useMemo(
    () =>
      arrangeAll(
        stack.map(({ marks }) => marks.points),
        selected,
        zoom,
        stack.map(({ id }) => keptFor(id).isOneLevel),
      ),
    [stack, selected, zoom, keptFor],
  )
  const labels = useMemo(
    () =>
      fitting(
        places,
        zoom,
        points.flatMap(({ sized }) => sized),
      ),
    [places, zoom, points],
  )
  const layers = useMemo(() => {
    const drawn = stack.flatMap((layer, index) => {
      const arranged = points[index]
      return arranged ? [{ ...layer, points: arranged, toAttributes: keptFor(layer.id).toAttributes }] : []
    })
    return draw({ layers: drawn, zones, selected, spot, outline, corners, scheme })
  }, [stack, zones, points, selected, spot, outline, corners, scheme, keptFor])
  useEffect(() => stage?.draw(layers), [stage, layers])
  useEffect(() => stage?.labels.set(labels), [stage, labels])

  return (
    <div className="city-map" data-scheme={scheme}>
      <div ref={container} className="city-map__canvas" />
      <div ref={names} className="city-map__names" aria-hidden="true" />
      {problem && <p className="city-map__problem">{i18n.t('map.problem')}</p>}
    </div>
  )
}

/** Of each layer what was drawn the last time, so that only what changed is worked out again. */
function keptOfLayers() {
  const kept = new Map<string, { toAttributes: typeof attributesOf; isOneLevel: ReturnType<typeof createLevelCheck> }>()
  return (id: string) => {
    const known = kept.get(id) ?? { toAttributes: createPointAttributes(), isOneLevel: createLevelCheck() }
    kept.set(id, known)
    return known
  }
}

const NONE: readonly FurtherMarks[] = []

/** All layers from bottom to top. */
const stackOf = (marks: Marks, further: readonly FurtherMarks[]) => [
  ...further.filter(({ isUnder }) => isUnder),
  { id: MAIN, marks, opacity: 1 },
  ...further.filter(({ isUnder }) => !isUnder),
]
