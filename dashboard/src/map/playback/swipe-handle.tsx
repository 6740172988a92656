import { useI18n } from '../../i18n/formatters.ts'
import './swipe-handle.css'

type SwipeHandleProps = { readonly value: number; readonly onChange: (value: number) => void }

/** Where the second of two maps begins, in percent of the width from the start. Only the handle takes clicks and fingers. */
export function SwipeHandle({ value, onChange }: SwipeHandleProps) {
  const { t, percent } = useI18n()
  return (
    <>
      <span className="swipe-line" />
      <input
        type="range"
        className="swipe-handle"
        aria-label={t('playback.divider')}
        aria-valuetext={percent(value / 100)}
        min={0}
        max={100}
        step={2}
        value={value}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
    </>
  )
}
