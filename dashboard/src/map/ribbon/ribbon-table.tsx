import { Button } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import type { RibbonItem } from './ribbon-items.ts'
import './time-ribbon.css'

type RibbonTableProps = { readonly items: readonly RibbonItem[]; readonly onSeek: (time: number) => void }

/** The ribbon as a table: the same events, and the way to their time for the keyboard. */
export function RibbonTable({ items, onSeek }: RibbonTableProps) {
  const { t, dateTime } = useI18n()
  if (items.length === 0) return <p className="note">{t('ribbon.none')}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="ribbon__list" tabIndex={0} aria-label={t('ribbon.list', { n: items.length })}>
      <table className="mini">
        <thead>
          <tr>
            <th scope="col">{t('ribbon.what')}</th>
            <th scope="col">{t('ribbon.start')}</th>
            <th scope="col">{t('ribbon.end')}</th>
            <th scope="col">{t('ribbon.severity')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ id, kind, severity, name, start, end }) => (
            <tr key={id}>
              <th scope="row">
                {t(`ribbon.kind.${kind}`)} <bdi>{name}</bdi>
              </th>
              <td>
                <Button className="link" onPress={() => onSeek(start)}>
                  {dateTime(start)}
                </Button>
              </td>
              <td>{end === null ? t('ribbon.lasts') : dateTime(end)}</td>
              <td>{severity === null ? t('none') : t(`now.severity.${severity}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
