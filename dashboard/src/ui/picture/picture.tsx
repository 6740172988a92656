import { type ReactNode, useRef } from 'react'
import { Button } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import { Icon } from '../icon.tsx'
import { type CaptionLine, saveCanvas, saveSvg, saveSvgAsPng } from './save-picture.ts'
import './picture.css'

type PictureProps = {
  readonly name: string
  readonly canvas?: boolean
  /** of a canvas: what the page says next to it */
  readonly caption?: () => readonly CaptionLine[]
  readonly children: ReactNode
}

/** A chart with its picture as a file: SVG and PNG of a drawing, PNG of a canvas. */
export function Picture({ name, canvas = false, caption, children }: PictureProps) {
  const { t } = useI18n()
  const host = useRef<HTMLDivElement>(null)
  const drawing = (): SVGSVGElement | null | undefined => host.current?.querySelector<SVGSVGElement>('svg[role="img"]')
  const save = (how: 'svg' | 'png'): void => {
    const svg = drawing()
    const drawn = host.current?.querySelector('canvas')
    if (canvas && drawn) saveCanvas(drawn, name, caption?.() ?? [])
    else if (svg && how === 'svg') saveSvg(svg, name)
    else if (svg) void saveSvgAsPng(svg, name)
  }
  return (
    <div ref={host} className="picture-host">
      {children}
      <p className="picture">
        {!canvas && (
          <Button className="link picture__save" onPress={() => save('svg')}>
            <Icon name="download" />
            {t('chart.picture')}
          </Button>
        )}
        <Button className="link picture__save" onPress={() => save('png')}>
          <Icon name="download" />
          {t('chart.picture.png')}
        </Button>
      </p>
    </div>
  )
}
