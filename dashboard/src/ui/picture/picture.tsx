import { type ReactNode, useRef } from 'react'
import { Button } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import { Icon } from '../icon.tsx'
import { saveCanvas, saveSvg, saveSvgAsPng } from './save-picture.ts'
import './picture.css'

/** A chart with its picture as a file: SVG and PNG of a drawing, PNG of a canvas. */
export function Picture({ name, canvas = false, children }: { name: string; canvas?: boolean; children: ReactNode }) {
  const { t } = useI18n()
  const host = useRef<HTMLDivElement>(null)
  const drawing = (): SVGSVGElement | null | undefined => host.current?.querySelector<SVGSVGElement>('svg[role="img"]')
  const save = (how: 'svg' | 'png'): void => {
    const svg = drawing()
    const drawn = host.current?.querySelector('canvas')
    if (canvas && drawn) saveCanvas(drawn, name)
    else if (svg && how === 'svg') saveSvg(svg, name)
    else if (svg) void saveSvgAsPng(svg, name)
  }
  return (
    <div ref={host}>
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
