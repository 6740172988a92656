import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { Button } from 'react-aria-components'
import { usePermission } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { rulesQuery } from './queries.ts'
import { RuleEditor } from './rule-editor.tsx'
import { RuleTable } from './rule-table.tsx'
import '../notifications/notifications.css'
import './rules.css'

const COPY = 'copy:'

/** Which conditions matter: the rules, and the form in which one is entered. The address says which one is open. */
export function AlertRules() {
  const { t } = useI18n()
  const [{ select }, change] = useViewState()
  const isPermitted = usePermission('operate')
  const answer = useQuery(rulesQuery)
  const opened = select?.type === 'rule' ? select.key : null
  const rules = answer.data?.rules ?? []
  const section = useRef<HTMLElement>(null)
  useFocusBack(section, opened)
  const isCopy = opened?.startsWith(COPY) ?? false
  const rule =
    opened === null ? undefined : rules.find(({ id }) => id === (isCopy ? opened.slice(COPY.length) : opened))
  const open = (key: string | null): void => change({ select: key === null ? null : { type: 'rule', key } })
  const isEditing = isPermitted && (opened === 'new' || rule !== undefined)
  return (
    <section ref={section} aria-labelledby="alert-rules">
      <h2 id="alert-rules" className="operations__heading">
        {t('rules.title')}
      </h2>
      <p className="note operations__note">{t('rules.lead')}</p>
      <MissingPermission to="operate" />
      {answer.error && !answer.data && <Problem error={answer.error} retry={answer.refetch} />}
      {answer.data && opened !== null && opened !== 'new' && !rule && <p role="status">{t('rules.gone')}</p>}
      {isEditing && <RuleEditor key={opened} rule={rule ?? null} isCopy={isCopy} onClose={() => open(null)} />}
      {answer.data && !isEditing && (
        <div className="notifications">
          {isPermitted && (
            <div>
              <Button className="button" id="rule-new" onPress={() => open('new')}>
                {t('rules.add')}
              </Button>
            </div>
          )}
          {rules.length === 0 && <p className="note">{t('rules.none')}</p>}
          {rules.length > 0 && (
            <RuleTable rules={rules} onEdit={open} onCopy={(id) => open(`${COPY}${id}`)} isPermitted={isPermitted} />
          )}
        </div>
      )}
    </section>
  )
}

/** Where the form was opened, focus goes back to when it is closed. */
function useFocusBack(section: React.RefObject<HTMLElement | null>, opened: string | null): void {
  const before = useRef(opened)
  useEffect(() => {
    const last = before.current
    before.current = opened
    if (opened !== null || last === null) return
    const button = section.current?.querySelector<HTMLElement>(`[id="rule-${CSS.escape(last)}"]`)
    ;(button ?? section.current?.querySelector<HTMLElement>('button'))?.focus()
  }, [opened, section])
}
