import type { ThingFeature } from '#model/api/city.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useLatest } from '../live/use-latest.ts'
import { acuteOf, acuteText } from './acute.ts'
import './acute-notes.css'

/** Readings of now next to the index, as long as it does not reflect them. */
export function AcuteNotes({ thing, now }: { readonly thing: ThingFeature; readonly now: number }) {
  const i18n = useI18n()
  const acute = acuteOf(thing, useLatest(), now)
  return (
    <div role="status">
      {acute.map((reading) => (
        <p key={reading.pollutant} className="acute">
          {acuteText(reading, i18n)}
        </p>
      ))}
    </div>
  )
}
