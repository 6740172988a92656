/** px from the start corner of the map */
export type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }
type Size = { readonly width: number; readonly height: number }

/** px that stay free around a name */
const MARGIN = 2

/** Whether a name, given by its middle and its size, lies wholly on the map and below nothing. */
export function isInTheOpen(
  { x, y, width, height }: Size & { readonly x: number; readonly y: number },
  map: Size,
  covers: readonly Box[],
): boolean {
  const [halfWidth, halfHeight] = [width / 2 + MARGIN, height / 2 + MARGIN]
  const name = { left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight }
  if (name.left < 0 || name.top < 0 || name.right > map.width || name.bottom > map.height) return false
  return !covers.some(
    ({ left, top, right, bottom }) =>
      name.left < right && name.right > left && name.top < bottom && name.bottom > top && right > left && bottom > top,
  )
}
