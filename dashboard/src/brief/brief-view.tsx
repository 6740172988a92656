import { useQuery } from '@tanstack/react-query'
import { Button } from 'react-aria-components'
import type { BriefResponse } from '#model/api/brief.ts'
import { yearEarlier } from '#model/brief/periods.ts'
import { apiPath } from '../http/client.ts'
import { cityAddress } from '../http/root.ts'
import { useI18n } from '../i18n/formatters.ts'
import { GoalsTable } from '../report/goals-table.tsx'
import { useViewState } from '../state/use-view-state.ts'
import { Choice } from '../ui/choice.tsx'
import { HistoryNote, Loading } from '../ui/loading.tsx'
import { Problem } from '../ui/problem.tsx'
import { ViewLink } from '../ui/view-link.tsx'
import { BurdensSection } from './burdens-section.tsx'
import { ChangesSection } from './changes-section.tsx'
import { Findings } from './findings.tsx'
import { LeversSection } from './levers-section.tsx'
import { PeersSection } from './peers-section.tsx'
import { briefPeriods } from './periods.ts'
import { briefQuery } from './queries.ts'
import { indicatorName } from './speaker.ts'
import './brief.css'

/** What a mayor asks within a minute; printed, it is the council sheet on one page. */
export default function BriefView() {
  const [{ period }] = useViewState()
  const { t } = useI18n()
  const brief = useQuery(briefQuery(yearEarlier(period) === undefined ? undefined : period))
  return (
    <div className="brief">
      <h1 className="page-title">{t('brief.title')}</h1>
      {brief.error && <Problem error={brief.error} retry={brief.refetch} />}
      {brief.isLoading && <Loading long="brief.computing" />}
      {brief.data && <Brief brief={brief.data} />}
    </div>
  )
}

function Brief({ brief }: { brief: BriefResponse }) {
  const i18n = useI18n()
  const { t, dateTime } = i18n
  const { city, period, before, computedAt } = brief
  const goals = brief.goals.map((goal) => ({ ...goal, name: indicatorName(goal, i18n) }))
  return (
    <>
      <p className="lead">{t('brief.lead', { city: city.name, period: period.label, before })}</p>
      {period.partial && <p className="note">{t('brief.partial', { period: period.label })}</p>}
      <HistoryNote />
      <Tools period={period.label} />
      <Findings brief={brief} />
      <ChangesSection brief={brief} />
      <div className="brief__columns">
        <BurdensSection burdens={brief.burdens} />
        <LeversSection brief={brief} />
      </div>
      {goals.length > 0 ? <GoalsTable goals={goals} /> : <NoTargets />}
      <PeersSection brief={brief} />
      <p className="note brief__paper">{t('brief.computed', { time: dateTime(computedAt), address: cityAddress() })}</p>
    </>
  )
}

function Tools({ period }: { period: string }) {
  const i18n = useI18n()
  const [, change] = useViewState()
  const { t, language } = i18n
  return (
    <div className="brief__tools brief__screen">
      <Choice
        label={t('period.label')}
        choices={briefPeriods(period, new Date(), i18n)}
        value={period}
        onChange={(id) => change({ period: id })}
      />
      <a
        className="button button--main"
        href={apiPath(`/brief/${period}.pdf`, { lang: language === 'en' ? undefined : language })}
      >
        {t('brief.pdf')}
      </a>
      <Button className="button" onPress={() => window.print()}>
        {t('brief.print')}
      </Button>
    </div>
  )
}

function NoTargets() {
  const { t } = useI18n()
  return (
    <section className="brief__section" aria-labelledby="brief-targets">
      <h2 id="brief-targets">{t('report.goals')}</h2>
      <p>{t('brief.targets.none')}</p>
      <ViewLink to={{ view: 'indicators' }}>{t('brief.targets.next')}</ViewLink>
    </section>
  )
}
