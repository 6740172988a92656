import type { DividesResponse } from '#model/api/people.ts'
import { useI18n } from '../i18n/formatters.ts'
import './styles/people.css'

type Affordability = NonNullable<DividesResponse['affordability']>

/** The cost of Internet access as a share of income, by group, compared with the affordability limit. */
export function AffordabilityTable({ affordability, unit }: { affordability: Affordability; unit: string }) {
  const i18n = useI18n()
  const { t } = i18n
  const share = (value: number | null): string => (value === null ? t('none') : i18n.percent(value, 1))
  const title = t('affordability.title', {
    limit: i18n.percent(affordability.limit, 0),
    income: i18n.integer(affordability.monthlyIncome),
    currency: affordability.currency,
    year: String(affordability.incomeYear),
  })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="people__scroll" tabIndex={0} aria-label={title}>
      <h3 className="people__subheading">{title}</h3>
      <table className="mini">
        <thead>
          <tr>
            <th scope="col">{t('divides.column.group')}</th>
            {(['price', 'share', 'interval', 'n'] as const).map((column) => (
              <th key={column} scope="col" className="numeric">
                {t(`affordability.column.${column}`)}
              </th>
            ))}
            <th scope="col">{t('affordability.column.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {affordability.groups.map((group) => (
            <tr key={group.label}>
              <th scope="row">{group.label}</th>
              <td className="numeric">
                {group.medianPrice === null ? t('none') : i18n.quantity(group.medianPrice, unit)}
              </td>
              <td className="numeric">{share(group.share)}</td>
              <td className="numeric">
                {group.lower === null ? t('none') : t('range', { from: share(group.lower), to: share(group.upper) })}
              </td>
              <td className="numeric">{group.n === null ? t('none') : i18n.integer(group.n)}</td>
              <td>{t(`affordability.${verdictOf(group)}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function verdictOf({ affordable }: Affordability['groups'][number]): 'yes' | 'no' | 'unknown' {
  if (affordable === null) return 'unknown'
  return affordable ? 'yes' : 'no'
}
