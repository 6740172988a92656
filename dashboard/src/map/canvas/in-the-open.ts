type Size = { readonly width: number; readonly height: number }
/** px; x and y are those of the corner next to the origin of the map */
export type Box = Size & { readonly x: number; readonly y: number }

/** px that stay free around a name */
const MARGIN = 2

/** Whether a name, given by its middle and its size, lies wholly on the map and below nothing. */
export function isInTheOpen(name: Box, map: Size, covers: readonly Box[]): boolean {
  const [width, height] = [name.width + 2 * MARGIN, name.height + 2 * MARGIN]
  const [x, y] = [name.x - width / 2, name.y - height / 2]
  if (x < 0 || y < 0 || x + width > map.width || y + height > map.height) return false
  return !covers.some(
    (cover) =>
      cover.width > 0 &&
      cover.height > 0 &&
      x < cover.x + cover.width &&
      x + width > cover.x &&
      y < cover.y + cover.height &&
      y + height > cover.y,
  )
}
