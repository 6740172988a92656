import { ApiProblem } from '../http/client.ts'
import { useI18n } from '../i18n/formatters.ts'

/** An error message, with the detail of the API if there is one, and a retry button. */
export function Problem({ error, retry }: { error: Error; retry?: () => unknown }) {
  const { t, named } = useI18n()
  const problem = error instanceof ApiProblem ? error : null
  return (
    <div className="problem" role="alert">
      <p className="problem__title">{t(problem ? `problem.${problem.kind}` : 'problem.unknown')}</p>
      <p className="problem__detail">{problem ? named('error', problem.code, problem.detail) : error.message}</p>
      {retry && (
        <button type="button" className="button" onClick={() => void retry()}>
          {t('problem.retry')}
        </button>
      )}
    </div>
  )
}
