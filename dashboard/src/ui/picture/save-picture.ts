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

/** A line of text below a picture, with the sample of a line of the chart before it. */
export type CaptionLine = {
  readonly text: string
  readonly sample?: {
    /** a property of the style sheet */
    readonly colour: string
    readonly dash: readonly number[]
    /** path of its marker around (x, y) */
    readonly marker: (x: number, y: number, radius: number) => string
  }
}

const CAPTION = { font: '11px "Inter Variable", sans-serif', line: 18, margin: 8, sample: 36 } as const

/** A chart that is drawn on a canvas, on the background of the page, and its caption below it. */
export function saveCanvas(drawn: HTMLCanvasElement, name: string, caption: readonly CaptionLine[]): void {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  if (!context) return
  const scale = devicePixelRatio
  const style = getComputedStyle(drawn)
  const lines = caption.flatMap((line) => wrapped(context, line, drawn.width / scale))
  canvas.width = drawn.width
  canvas.height = drawn.height + (lines.length > 0 ? lines.length * CAPTION.line + CAPTION.margin : 0) * scale
  context.fillStyle = getComputedStyle(document.body).backgroundColor
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(drawn, 0, 0)
  context.translate(0, drawn.height)
  context.scale(scale, scale)
  for (const [index, line] of lines.entries()) drawCaption(context, style, line, index * CAPTION.line + CAPTION.margin)
  canvas.toBlob((blob) => blob && downloadFile(`${plainName(name)}.png`, blob, 'image/png'))
}

const indentOf = ({ sample }: CaptionLine): number => CAPTION.margin * 2 + (sample ? CAPTION.sample : 0)

/** A line that is wider than the picture goes on below itself. */
function wrapped(context: CanvasRenderingContext2D, line: CaptionLine, width: number): CaptionLine[] {
  context.font = CAPTION.font
  const lines: CaptionLine[] = []
  let text = ''
  for (const word of line.text.split(' ')) {
    const longer = text === '' ? word : `${text} ${word}`
    if (text !== '' && context.measureText(longer).width > width - indentOf(line) - CAPTION.margin) {
      lines.push(lines.length === 0 ? { ...line, text } : { text })
      text = word
    } else text = longer
  }
  return [...lines, lines.length === 0 ? { ...line, text } : { text }]
}

function drawCaption(
  context: CanvasRenderingContext2D,
  style: CSSStyleDeclaration,
  line: CaptionLine,
  top: number,
): void {
  const [x, y] = [CAPTION.margin, top + CAPTION.line / 2]
  context.font = CAPTION.font
  context.textBaseline = 'middle'
  context.fillStyle = style.color
  context.fillText(line.text, indentOf(line), y)
  if (!line.sample) return
  context.strokeStyle = context.fillStyle = style.getPropertyValue(line.sample.colour).trim()
  context.lineWidth = 2
  context.setLineDash(line.sample.dash.slice())
  context.stroke(new Path2D(`M${x} ${y}H${x + CAPTION.sample}`))
  context.setLineDash([])
  const marker = new Path2D(line.sample.marker(x + CAPTION.sample / 2, y, 3.5))
  context.lineWidth = 1.5
  context.stroke(marker)
  context.fill(marker)
}
