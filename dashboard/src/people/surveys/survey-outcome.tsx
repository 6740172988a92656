import type { SurveyImported, SurveyRefused } from '#model/api/survey-import.ts'
import { type Formatters, useI18n } from '../../i18n/formatters.ts'
import { Table } from '../../ui/table/table.tsx'
import type { TableColumn } from '../../ui/table/table-model.ts'
import type { ImportAnswer, ImportProgress } from './queries.ts'
import '../styles/people.css'
import './survey-desk.css'

type SurveyProblem = SurveyRefused['problems'][number]

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
  const i18n = useI18n()
  const { t } = i18n
  return (
    <div className="problem">
      <p className="problem__title">{t('desk.problems', { n: total })}</p>
      <Table<SurveyProblem>
        caption={t('desk.problems', { n: total })}
        rows={problems}
        columns={problemColumns(i18n)}
        rowKey={({ row, column, value, reason }) => `${row} ${column} ${value} ${reason}`}
        className="mini"
        scroller="people__scroll desk__problems"
        fileName={t('desk.problems', { n: total })}
      />
      {total > problems.length && <p className="note">{t('desk.problems.more', { n: total - problems.length })}</p>}
    </div>
  )
}

export function problemColumns({ t, integer }: Formatters): TableColumn<SurveyProblem>[] {
  const text = (id: 'column' | 'value' | 'reason'): TableColumn<SurveyProblem> => ({
    ...{ id, label: t(`desk.problem.${id}`), value: (problem) => problem[id] },
  })
  return [
    {
      ...{ id: 'row', label: t('desk.problem.row'), value: ({ row }) => row ?? t('desk.problem.codebook') },
      cell: ({ row }) => (row === null ? t('desk.problem.codebook') : integer(row)),
    },
    ...(['column', 'value', 'reason'] as const).map(text),
  ]
}
