import type { PickingInfo } from '@deck.gl/core'
import { ScatterplotLayer } from '@deck.gl/layers'
import type { PointMark } from '../layer-model/model.ts'
import type { PointAttributes } from './point-attributes.ts'

type Marked = { readonly marks: WeakRef<readonly PointMark[]> }

/**
 * deck.gl does not know the marks behind typed arrays, so what is pointed at is looked up here. It keeps the first layer of an id, with all its
 * properties, for as long as there is one: a reference that is not weak would hold the marks of an hour ago.
 */
class MarkedPoints extends ScatterplotLayer<unknown, Marked> {
  static override layerName = 'MarkedPoints'
  override getPickingInfo({ info }: { info: PickingInfo }): PickingInfo {
    const marks = (this.props as unknown as Marked).marks.deref()
    return { ...info, object: info.index >= 0 ? marks?.[info.index] : undefined }
  }
}

/** What tens of thousands of points look like: small, without numbers, hollow where stale, ringed where suspect. */
export function manyPoints(marks: readonly PointMark[], attributes: PointAttributes) {
  const { positions, fills, lines, widths, radii } = attributes
  return new MarkedPoints({
    id: 'many-points',
    marks: new WeakRef(marks),
    pickable: true,
    stroked: true,
    radiusUnits: 'pixels',
    lineWidthUnits: 'pixels',
    data: {
      length: marks.length,
      attributes: {
        getPosition: { value: positions, size: 2 },
        getFillColor: { value: fills, size: 4 },
        getLineColor: { value: lines, size: 4 },
        getLineWidth: { value: widths, size: 1 },
        getRadius: { value: radii, size: 1 },
      },
    },
  })
}
