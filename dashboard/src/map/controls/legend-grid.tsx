import { useI18n } from '../../i18n/formatters.ts'
import { css, inkOn } from '../colours/palette.ts'
import type { LegendGrid as Grid, LegendAxis } from '../layer-model/model.ts'
import './legend-grid.css'

const LEVELS = ['low', 'middle', 'high'] as const

/** The nine colours of a map of two numbers, with the districts of each: plain HTML, since it is a key with two axes and has no rows to sort. */
export function LegendGrid({ grid }: { grid: Grid }) {
  const { t, integer } = useI18n()
  return (
    <>
      <table className="grid-key">
        <caption className="hidden">{t('compare.key')}</caption>
        <thead>
          <tr>
            <td />
            {LEVELS.map((level) => (
              <th key={level} scope="col">
                {t('compare.axis', { name: t('compare.a'), level: t(`compare.level.${level}`) })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[2, 1, 0].map((y) => (
            <tr key={y}>
              <th scope="row">
                {t('compare.axis', { name: t('compare.b'), level: t(`compare.level.${LEVELS[y] ?? 'high'}`) })}
              </th>
              {[0, 1, 2].map((x) => {
                const colour = grid.colours[x]?.[y] ?? ([128, 128, 128] as const)
                return (
                  <td key={x} style={{ backgroundColor: css(colour), color: css(inkOn(colour)) }}>
                    {integer(grid.counts[x]?.[y] ?? 0)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {(['a', 'b'] as const).map((side) => (
        <p key={side} className="note">
          <strong>{t(`compare.${side}`)}</strong> {grid[side].name}
          <br />
          <Breaks axis={grid[side]} />
        </p>
      ))}
    </>
  )
}

/** The same colours small, on the map itself; the table says it in words. */
export function MiniKey({ colours }: Pick<Grid, 'colours'>) {
  const { t } = useI18n()
  return (
    <div className="mini-key" aria-hidden="true">
      <span>{t('compare.b')} ↑</span>
      <div className="mini-key__grid">
        {[2, 1, 0].flatMap((y) =>
          [0, 1, 2].map((x) => (
            <span key={`${x}${y}`} style={{ backgroundColor: css(colours[x]?.[y] ?? [128, 128, 128]) }} />
          )),
        )}
      </div>
      <span className="mini-key__a">{t('compare.a')} →</span>
    </div>
  )
}

function Breaks({ axis: { breaks } }: { axis: LegendAxis }) {
  const { t } = useI18n()
  if (breaks === 'city') return t('compare.breaks.city')
  const [middle, high] = breaks
  if (middle === undefined) return t('compare.breaks.none')
  return high === undefined ? t('compare.breaks.one', { high: middle }) : t('compare.breaks', { middle, high })
}
