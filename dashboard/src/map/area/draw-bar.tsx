import { useEffect, useRef } from 'react'
import { Button } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import type { Drawing } from './use-drawing.ts'
import './area.css'

/** Below the map while an area is drawn: corners by clicks on the map, or by keyboard at its centre, which the arrow keys move. */
export function DrawBar({ drawing }: { readonly drawing: Drawing }) {
  const { t } = useI18n()
  const section = useRef<HTMLElement>(null)
  const latest = useRef(drawing)
  latest.current = drawing
  useEffect(() => {
    section.current?.focus()
    const onKey = (event: KeyboardEvent): void => {
      const { add, centre, undo, close, cancel } = latest.current
      const onMap = event.target instanceof Element && event.target.matches('.maplibregl-canvas')
      if (event.key === 'Escape') cancel()
      else if (!onMap) return
      else if (event.key === ' ') add(centre.current)
      else if (event.key === 'Backspace') undo()
      else if (event.key === 'Enter') close()
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  const { ring, centre, canClose, isFull, add, undo, close, cancel, chooseDistricts } = drawing
  return (
    <section ref={section} tabIndex={-1} className="draw-bar" aria-label={t('area.draw')}>
      <p className="note">{t('area.draw.how')}</p>
      <p role="status">{t('area.corners', { n: ring?.length ?? 0 })}</p>
      <div className="draw-bar__buttons">
        <Button className="button" isDisabled={isFull} onPress={() => add(centre.current)}>
          {t('area.corner.add')}
        </Button>
        <Button className="button" isDisabled={!ring?.length} onPress={undo}>
          {t('area.corner.undo')}
        </Button>
        <Button className="button button--main" isDisabled={!canClose} onPress={close}>
          {t('area.close')}
        </Button>
        <Button className="button" onPress={cancel}>
          {t('area.cancel')}
        </Button>
        <Button className="link" onPress={chooseDistricts}>
          {t('area.districts.instead')}
        </Button>
      </div>
    </section>
  )
}
