import type { ReactNode } from 'react'
import { hrefOf, useViewState } from '../state/use-view-state.ts'
import type { ViewState } from '../state/view-state.ts'

type Props = {
  readonly to: Partial<ViewState>
  /** what it opens, where the text alone does not say it */
  readonly label?: string
  readonly className?: string
  readonly children: ReactNode
}

/** A link to another view, which keeps what this one shows. */
export function ViewLink({ to, label, className, children }: Props) {
  const [state, change] = useViewState()
  const target = { ...state, select: null, ...to }
  return (
    <a
      href={hrefOf(target)}
      aria-label={label}
      className={className}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return
        event.preventDefault()
        change({ select: null, ...to })
      }}
    >
      {children}
    </a>
  )
}
