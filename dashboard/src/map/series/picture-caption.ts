import type { Formatters } from '../../i18n/formatters.ts'
import type { CaptionLine } from '../../ui/picture/save-picture.ts'
import { markerPath } from './line-style.ts'
import { nameOf } from './reading-text.ts'
import { kindText } from './series-legend.tsx'
import type { ShownSeries } from './shown-series.ts'

/** What stands below the picture of a chart, so that it says by itself what it shows: each series, and the time zone. */
export function captionOf(shown: readonly ShownSeries[], i18n: Formatters): CaptionLine[] {
  const isAlone = shown.length === 1
  return [
    ...shown.map((one): CaptionLine => {
      const { colour, dash, marker, letter } = one.style
      return {
        text: `${isAlone ? '' : `${letter}  `}${nameOf(one, i18n)} · ${kindText(one, i18n)}`,
        ...(!isAlone && { sample: { colour, dash, marker: (x, y, r) => markerPath(marker, x, y, r) } }),
      }
    }),
    { text: i18n.timeZone },
  ]
}
