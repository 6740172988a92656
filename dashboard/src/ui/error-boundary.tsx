import { Component, type ReactNode } from 'react'
import { useI18n } from '../i18n/formatters.ts'
import { Problem } from './problem.tsx'

type Props = { readonly children: ReactNode }
type State = { readonly error: Error | null }

/**
 * What cannot be drawn is said in its place, and the rest of the page goes on. Give it a `key` that changes with what it
 * shows: choosing something else is a new attempt.
 */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null }

  static getDerivedStateFromError(error: Error): State {
    return { error }
  }

  override render(): ReactNode {
    return this.state.error ? <Failed error={this.state.error} /> : this.props.children
  }
}

/** A part of the program that could not be loaded stays missing for this page: only loading the page again helps. */
function Failed({ error }: { error: Error }) {
  const { t } = useI18n()
  return (
    <section className="failed" aria-label={t('problem.view')}>
      <h1>{t('problem.view')}</h1>
      <Problem error={error} retry={() => location.reload()} />
    </section>
  )
}
