import { downloadFile, plainName } from '../table/download.ts'

/** What style sheets give to a drawing, which a file of its own has to state. */
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'opacity',
  'font',
  'text-anchor',
] as const
/** Pixels of a PNG for each unit of the drawing. */
const SCALE = 3

/** The drawing as a file that needs no style sheet, on the background of the page. */
export function standalone(svg: SVGSVGElement): { text: string; width: number; height: number } {
  // the origin may lie in the middle of a drawing
  const { x, y, width, height } = svg.viewBox.baseVal
  const copy = svg.cloneNode(true) as SVGSVGElement
  const shown = [svg, ...svg.querySelectorAll<SVGElement>('*')]
  const copied = [copy, ...copy.querySelectorAll<SVGElement>('*')]
  for (const [i, element] of shown.entries()) {
    const style = getComputedStyle(element)
    for (const name of STYLES) copied[i]?.style.setProperty(name, style.getPropertyValue(name))
    copied[i]?.removeAttribute('class')
  }
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  const colour = getComputedStyle(document.body).backgroundColor
  for (const [name, value] of Object.entries({ x, y, width, height, fill: colour }))
    ground.setAttribute(name, String(value))
  copy.prepend(ground)
  for (const [name, value] of Object.entries({ xmlns: 'http://www.w3.org/2000/svg', width, height }))
    copy.setAttribute(name, String(value))
  return { text: new XMLSerializer().serializeToString(copy), width, height }
}

export const saveSvg = (svg: SVGSVGElement, name: string): void =>
  downloadFile(`${plainName(name)}.svg`, standalone(svg).text, 'image/svg+xml')

export async function saveSvgAsPng(svg: SVGSVGElement, name: string): Promise<void> {
  const { text, width, height } = standalone(svg)
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = width * SCALE
  canvas.height = height * SCALE
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  canvas.toBlob((blob) => blob && downloadFile(`${plainName(name)}.png`, blob, 'image/png'))
}

/** A chart that is drawn on a canvas, on the background of the page. */
export function saveCanvas(drawn: HTMLCanvasElement, name: string): void {
  const canvas = document.createElement('canvas')
  canvas.width = drawn.width
  canvas.height = drawn.height
  const context = canvas.getContext('2d')
  if (!context) return
  context.fillStyle = getComputedStyle(document.body).backgroundColor
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(drawn, 0, 0)
  canvas.toBlob((blob) => blob && downloadFile(`${plainName(name)}.png`, blob, 'image/png'))
}
