import { Button } from 'react-aria-components'
import type { EquityResponse, Exposure } from '#model/api/equity.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import './styles/equity.css'
import './styles/people.css'

type Props = { data: EquityResponse; chosen: string; onChoose: (id: string) => void }
/** More groups than that make a table nobody reads: the chart above shows them for one measure. */
const MOST_COLUMNS = 7

/** Every measure by group, burdens first: the numbers behind the chart. */
export function EquityTable({ data, chosen, onChoose }: Props) {
  const i18n = useI18n()
  const { t } = i18n
  const columns = data.exposures[0]?.groups.map(({ key, label }) => ({ key, label })) ?? []
  if (columns.length > MOST_COLUMNS) return <GroupTable exposure={data.exposures.find(({ id }) => id === chosen)} />
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="people__scroll" tabIndex={0} aria-label={t('equity.table')}>
      <table className="mini equity">
        <caption className="hidden">{t('equity.table')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('equity.column.measure')}</th>
            <th scope="col" className="numeric">
              {t('equity.column.everybody')}
            </th>
            {columns.map(({ key, label }) => (
              <th key={key} scope="col" className="numeric">
                {label}
              </th>
            ))}
            <th scope="col" className="numeric">
              {t('equity.column.concentration')}
            </th>
          </tr>
        </thead>
        {(['burden', 'service'] as const).map((kind) => (
          <tbody key={kind}>
            <tr>
              <th scope="rowgroup" colSpan={columns.length + 3} className="equity__kind">
                {t(`equity.kind.${kind}`)}
              </th>
            </tr>
            {data.exposures
              .filter((one) => one.kind === kind)
              .map((one) => (
                <Row key={one.id} exposure={one} columns={columns} chosen={one.id === chosen} onChoose={onChoose} />
              ))}
          </tbody>
        ))}
      </table>
    </section>
  )
}

type RowProps = {
  exposure: Exposure
  columns: readonly { key: string }[]
  chosen: boolean
  onChoose: (id: string) => void
}

function Row({ exposure, columns, chosen, onChoose }: RowProps) {
  const i18n = useI18n()
  const { id, name, unit, everybody, groups, concentration } = exposure
  const unitText = i18n.unit(unit)
  return (
    <tr className={chosen ? 'selected' : undefined}>
      <th scope="row">
        <Button className="link" onPress={() => onChoose(id)} aria-current={chosen}>
          {name}
        </Button>{' '}
        <span className="equity__unit">{unitText}</span>
      </th>
      <td className="numeric">{i18n.number(everybody)}</td>
      {columns.map(({ key }) => {
        const group = groups.find((one) => one.key === key)
        return (
          <td key={key} className="numeric">
            {cellText(group, i18n)}
          </td>
        )
      })}
      <td className="numeric">{concentration ? i18n.decimal(concentration.value, 3) : i18n.t('none')}</td>
    </tr>
  )
}

/** A star beside what the sample can tell from everybody. */
function cellText(group: Exposure['groups'][number] | undefined, i18n: Formatters): string {
  if (!group || group.value === null) return i18n.t('none')
  return `${i18n.number(group.value)}${group.significant ? '*' : ''}`
}

/** One measure, a row for each group. */
function GroupTable({ exposure }: { exposure: Exposure | undefined }) {
  const i18n = useI18n()
  const { t } = i18n
  if (!exposure) return null
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="people__scroll" tabIndex={0} aria-label={exposure.name}>
      <table className="mini">
        <caption className="hidden">{exposure.name}</caption>
        <thead>
          <tr>
            <th scope="col">{t('divides.column.group')}</th>
            {(['value', 'gap', 'share'] as const).map((column) => (
              <th key={column} scope="col" className="numeric">
                {t(`equity.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {exposure.groups.map(({ key, label, value, gap, share }) => (
            <tr key={key}>
              <th scope="row">{label}</th>
              <td className="numeric">{value === null ? t('equity.none') : i18n.quantity(value, exposure.unit)}</td>
              <td className="numeric">{gap ? i18n.number(gap.value) : t('none')}</td>
              <td className="numeric">{share === null || value === null ? t('none') : i18n.percent(share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
