import { useQuery } from '@tanstack/react-query'
import type { ComparedRow, CompareResponse } from '#model/api/compare.ts'
import { differenceScript } from '#model/reproduce/scripts.ts'
import { cityQuery } from '../http/city-query.ts'
import { useI18n } from '../i18n/formatters.ts'
import { citationOf } from '../reproduce/citation.ts'
import { Reproduce } from '../reproduce/reproduce.tsx'
import { ViewLink } from '../ui/view-link.tsx'
import { nameOfRow } from './row-name.ts'
import './compare.css'

type Props = {
  readonly data: CompareResponse
  readonly row: ComparedRow
  readonly sides: readonly [string, string]
}

/** How the difference of a row was computed, from what, as a program, and how to cite it. */
export function PairDetails({ data, row, sides }: Props) {
  const i18n = useI18n()
  const { t } = i18n
  const city = useQuery(cityQuery).data
  const name = nameOfRow(row, i18n)
  const title = `${name}: ${t('pair.caption', { a: sides[0], b: sides[1] })}`
  const period = data.period ?? `${data.a} / ${data.b}`
  return (
    <>
      <h3 className="pair__heading">{t('pair.details', { name })}</h3>
      <p>{row.method ? t(`pair.method.${row.method}`) : row.untested && t(`pair.untested.${row.untested}`)}</p>
      <p>
        {row.code === null ? (
          <ViewLink to={{ view: 'people', survey: data.survey }}>
            {t('pair.from.survey', { survey: data.survey ?? '', question: row.question ?? '' })}
          </ViewLink>
        ) : (
          <ViewLink
            to={{
              view: 'indicators',
              period: data.kind === 'periods' ? data.b : (data.period ?? data.b),
              select: { type: 'indicator', key: row.code },
            }}
          >
            {t('pair.from.indicator')}
          </ViewLink>
        )}
      </p>
      <Reproduce
        name={[row.id.replaceAll(':', '-'), data.a, data.b].join('-')}
        script={(language) => scriptOf(language)}
        citation={citationOf({ city: city?.name ?? '', title, period, computedAt: data.computedAt }, i18n)}
      />
    </>
  )

  function scriptOf(language: 'r' | 'python'): string | undefined {
    if (!row.difference) return undefined
    const tested = data.rows.filter(({ difference }) => difference !== null)
    const { value: difference, standardError, degreesOfFreedom } = row.difference
    return differenceScript(language, {
      ...{ title: `${row.name}: ${data.b} less ${data.a}`, difference, standardError, degreesOfFreedom },
      ps: tested.map((one) => one.difference?.p ?? 1),
      at: tested.findIndex(({ id }) => id === row.id),
    })
  }
}
