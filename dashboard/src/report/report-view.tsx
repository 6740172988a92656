import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Button } from 'react-aria-components'
import { REPORT_STATUSES, type ReportResponse } from '#model/api/reports.ts'
import { localiseReport } from '#model/indicators/names/localise.ts'
import { yearOf } from '../air-quality/limits-text.ts'
import { apiPath } from '../http/client.ts'
import { useI18n } from '../i18n/formatters.ts'
import { ScoreSummary } from '../indicators/score-summary.tsx'
import { useViewState } from '../state/use-view-state.ts'
import { Loading } from '../ui/loading.tsx'
import { PeriodSelect } from '../ui/period-select.tsx'
import { Problem } from '../ui/problem.tsx'
import { CollectionSheet } from './collection-sheet.tsx'
import { GoalsTable } from './goals-table.tsx'
import { reportQuery } from './queries.ts'
import { ReportTable } from './report-table.tsx'
import { Wheel } from './wheel.tsx'
import './findings.css'
import './report-view.css'

/** The printable report: scores, the wheel, every value with its source, verification, and downloads. */
export default function ReportView() {
  const [{ period }] = useViewState()
  const { t, named, timeZone } = useI18n()
  const report = useQuery(reportQuery(period))
  const shown = useMemo(() => report.data && localiseReport(report.data, named), [report.data, named])
  const year = yearOf(period, new Date(), timeZone)
  return (
    <div className="report">
      <header className="indicators__head">
        <div>
          <h1 className="page-title">{t('report.title')}</h1>
          <p className="lead report__screen">{t('report.lead')}</p>
        </div>
        <div className="report__screen">
          <PeriodSelect />
        </div>
      </header>
      {report.error && <Problem error={report.error} retry={report.refetch} />}
      {report.isLoading && <Loading />}
      {shown && <Report report={shown} />}
      <CollectionSheet year={year} />
    </div>
  )
}

function Report({ report }: { report: ReportResponse }) {
  const { t, name, dateTime, integer } = useI18n()
  const { period, statuses, indicators } = report
  const dimensions = [...new Set(indicators.map(({ dimension }) => dimension))]
  return (
    <>
      <p className="note">
        {report.city.name},{' '}
        {t(period.partial ? 'report.period.partial' : 'report.period', {
          period: name('period', period.label),
          computed: dateTime(report.computedAt),
        })}
      </p>
      <Files period={period.label} />
      <ScoreSummary groups={report.groups} />
      <section className="report__section" aria-labelledby="report-statuses">
        <h2 id="report-statuses">{t('report.statuses')}</h2>
        <dl className="statuses">
          {REPORT_STATUSES.map((status) => (
            <div key={status}>
              <dt className="note">{t(`report.status.${status}`)}</dt>
              <dd>{integer(statuses[status])}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section className="report__section" aria-labelledby="report-wheel">
        <h2 id="report-wheel">{t('report.wheel.title')}</h2>
        <Wheel report={report} />
      </section>
      <GoalsTable goals={report.goals} />
      {dimensions.map((dimension) => (
        <ReportTable key={dimension} report={report} dimension={dimension} />
      ))}
      <Verification verification={report.verification} />
      <MapSource attribution={report.city.mapAttribution} />
    </>
  )
}

function Files({ period }: { period: string }) {
  const { t, language } = useI18n()
  // the files have English without it
  const lang = language === 'en' ? undefined : language
  const file = (path: string, format: string) => apiPath(path, { period, format, lang })
  return (
    <nav className="report__files report__screen" aria-label={t('report.downloads')}>
      <a className="button button--main" href={apiPath(`/reports/${period}.pdf`, { lang })}>
        {t('report.pdf')}
      </a>
      <Button className="button" onPress={() => window.print()}>
        {t('report.print')}
      </Button>
      {(['xlsx', 'csv', 'json'] as const).map((format) => (
        <a key={format} className="button" href={file('/indicators/export', format)} download>
          {t('report.export', { format: format.toUpperCase() })}
        </a>
      ))}
      {(['xlsx', 'csv'] as const).map((format) => (
        <a key={format} className="button" href={file('/indicators/verification', format)} download>
          {t('report.verification.file', { format: format.toUpperCase() })}
        </a>
      ))}
    </nav>
  )
}

function Verification({ verification }: Pick<ReportResponse, 'verification'>) {
  const { t, integer } = useI18n()
  const { findings, reported, dataPoints, verified } = verification
  const counts = { reported: integer(reported), of: integer(dataPoints), verified: integer(verified) }
  return (
    <section className="report__section" aria-labelledby="report-verification">
      <h2 id="report-verification">{t('report.verification')}</h2>
      <p>{t(findings.length > 0 ? 'report.verification.lead' : 'report.verification.none', counts)}</p>
      <ul className="findings">
        {findings.map(({ rule, severity, code, dataPoint, text }) => (
          <li key={`${rule} ${code} ${dataPoint}`}>
            <span className={`findings__kind findings__kind--${severity}`}>{t(`report.finding.${severity}`)}</span>{' '}
            <span className="findings__code">
              {code ? [code, dataPoint].filter(Boolean).join(' ') : t('report.finding.whole')}
            </span>{' '}
            {text}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Whose data the maps show, as their licence asks. */
function MapSource({ attribution }: { attribution: ReportResponse['city']['mapAttribution'] }) {
  const { t } = useI18n()
  if (attribution.length === 0) return null
  return (
    <section className="report__section" aria-labelledby="report-map">
      <h2 id="report-map">{t('report.map')}</h2>
      <p className="note">
        {attribution.map(({ text, url }) =>
          url === null ? (
            text
          ) : (
            <a key={text} href={url} target="_blank" rel="noopener noreferrer">
              {text}
            </a>
          ),
        )}
      </p>
    </section>
  )
}
