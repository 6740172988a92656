import type { RefObject } from 'react'
import { useI18n } from './i18n.ts'

/** `field`: id of the input to correct; null if there is none. */
export type FieldProblem = { readonly field: string | null; readonly text: string }

type ErrorSummaryProps = {
  readonly problems: readonly FieldProblem[]
  readonly summary: RefObject<HTMLDivElement | null>
}

/** All problems in one list, each with a link to its input. */
export function ErrorSummary({ problems, summary }: ErrorSummaryProps) {
  const { t } = useI18n()
  return (
    <div ref={summary} tabIndex={-1} role="alert" className={problems.length > 0 ? 'public__errors' : undefined}>
      {problems.length > 0 && (
        <>
          <p className="public__error">{t('errors.heading')}</p>
          <ul>
            {problems.map(({ field, text }) => (
              <li key={text}>{field === null ? text : <a href={`#${field}`}>{text}</a>}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

export const FieldError = ({ text, id }: { text: string | undefined; id?: string }) =>
  text ? (
    <p className="public__error" id={id}>
      {text}
    </p>
  ) : null
