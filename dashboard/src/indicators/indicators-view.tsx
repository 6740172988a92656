import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { localiseBoard } from '#model/indicators/names/localise.ts'
import { LimitsSection } from '../air-quality/limits-section.tsx'
import { WhoSection } from '../air-quality/who-section.tsx'
import { indicatorsQuery, scoreboardQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useNarrow } from '../state/theme.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Chips } from '../ui/chips.tsx'
import { Drawer } from '../ui/drawer.tsx'
import { Loading } from '../ui/loading.tsx'
import { PeriodSelect } from '../ui/period-select.tsx'
import { Problem } from '../ui/problem.tsx'
import { ViewLink } from '../ui/view-link.tsx'
import { IndicatorPanel } from './indicator-panel.tsx'
import { IndicatorTable } from './indicator-table.tsx'
import { ScoreSummary } from './score-summary.tsx'
import { FILTERS, type Filter, groupBoard } from './scoreboard.ts'
import './indicators-view.css'

/** The 91 indicators: value, certainty, evidence, and for the rest the missing data. */
export default function IndicatorsView() {
  const [{ period, select }, change] = useViewState()
  const { t, dateTime, date, named } = useI18n()
  const narrow = useNarrow()
  const [filter, setFilter] = useState<Filter>('all')
  const answer = useQuery(scoreboardQuery(period))
  const catalogue = useQuery(indicatorsQuery)
  const board = useMemo(() => answer.data && localiseBoard(answer.data, named), [answer.data, named])
  const grouped = useMemo(
    () => board && groupBoard(board, catalogue.data?.indicators ?? [], filter),
    [board, catalogue.data, filter],
  )
  const code = select?.type === 'indicator' ? select.key : null
  const open = (key: string): void => change({ select: { type: 'indicator', key } })
  return (
    <div className={`indicators${code && !narrow ? ' indicators--open' : ''}`}>
      <div className="indicators__page">
        <header className="indicators__head">
          <div>
            <h1 className="page-title">{t('indicators.title')}</h1>
            <p className="lead">{t('indicators.lead')}</p>
            <p>
              <ViewLink to={{ view: 'compare' }}>{t('pair.open')}</ViewLink>
            </p>
          </div>
          <PeriodSelect />
        </header>
        {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
        {answer.isLoading && <Loading />}
        {board && grouped && (
          <div aria-busy={answer.isFetching}>
            <ScoreSummary groups={board.groups} />
            <p className="note indicators__period">
              {t(board.period.partial ? 'indicators.period.partial' : 'indicators.period', {
                from: date(board.period.from),
                to: date(board.period.to),
                computed: dateTime(board.computedAt),
              })}{' '}
              <a href="#who-title">{t('indicators.toAir')}</a>
            </p>
            <Chips
              label={t('indicators.filter')}
              labelHidden
              chips={FILTERS.map((id) => ({ id, label: t(`indicators.filter.${id}`) }))}
              value={filter}
              onChange={(value) => setFilter(FILTERS.find((item) => item === value) ?? 'all')}
            />
            {grouped.map((dimension) => (
              <IndicatorTable key={dimension.name} dimension={dimension} selected={code} onSelect={open} />
            ))}
            <WhoSection />
            <LimitsSection />
          </div>
        )}
      </div>
      {code && (
        <Drawer label={t('indicators.details')} onClose={() => change({ select: null })}>
          <IndicatorPanel
            key={code}
            code={code}
            definition={catalogue.data?.indicators.find((indicator) => indicator.code === code)}
          />
        </Drawer>
      )}
    </div>
  )
}
