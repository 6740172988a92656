import type { SurveyImported, SurveyRefused } from '#model/api/survey-import.ts'
import { useI18n } from '../../i18n/formatters.ts'
import type { ImportAnswer, ImportProgress } from './queries.ts'
import '../styles/people.css'
import './survey-desk.css'

/** Progress and outcome of an import. */
export function SurveyOutcome({
  progress,
  outcome,
}: {
  progress: ImportProgress | 'sending' | null
  outcome: ImportAnswer | null
}) {
  const { t } = useI18n()
  return (
    <div role="status">
      {progress === 'sending' && <p className="loading">{t('desk.sending')}</p>}
      {progress !== null && progress !== 'sending' && (
        <label className="desk__progress">
          {t(progress.step === 'check' ? 'desk.checking' : 'desk.storing', { done: progress.done, of: progress.of })}
          <progress value={progress.done} max={progress.of} />
        </label>
      )}
      {outcome && 'imported' in outcome && <Imported survey={outcome.imported} />}
      {outcome && 'refused' in outcome && <Refused refusal={outcome.refused} />}
    </div>
  )
}

function Imported({ survey }: { survey: SurveyImported }) {
  const { t } = useI18n()
  const { respondents, questions, checked, replaced, erased, setAside, keptBack, ignored, areas } = survey
  const message = checked ? 'desk.checked' : replaced ? 'desk.replaced' : 'desk.imported'
  return (
    <>
      <p className="sheet-form__done">{t(message, { id: survey.id, respondents, questions })}</p>
      {erased > 0 && <p className="note">{t('desk.stayOut', { n: erased })}</p>}
      {keptBack > 0 && <p className="note">{t('desk.setAside', { setAside, keptBack })}</p>}
      {ignored.length > 0 && <p className="note">{t('desk.ignored', { columns: ignored.join(', ') })}</p>}
      {areas.length > 0 && (
        <p className="note">{t('desk.areas', { areas: areas.map(({ name }) => name).join('; ') })}</p>
      )}
    </>
  )
}

function Refused({ refusal: { problems, total } }: { refusal: SurveyRefused }) {
  const { t, integer } = useI18n()
  return (
    <div className="problem">
      <p className="problem__title">{t('desk.problems', { n: total })}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="people__scroll desk__problems" tabIndex={0} aria-label={t('desk.problems', { n: total })}>
        <table className="mini">
          <thead>
            <tr>
              {(['row', 'column', 'value', 'reason'] as const).map((column) => (
                <th key={column} scope="col">
                  {t(`desk.problem.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {problems.map(({ row, column, value, reason }) => (
              <tr key={`${row} ${column} ${value} ${reason}`}>
                <th scope="row">{row === null ? t('desk.problem.codebook') : integer(row)}</th>
                <td>{column}</td>
                <td>{value}</td>
                <td>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {total > problems.length && <p className="note">{t('desk.problems.more', { n: total - problems.length })}</p>}
    </div>
  )
}
