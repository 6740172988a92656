import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { ShiftEntry } from '#model/api/shift-log.ts'
import { usePermission } from '../http/session.ts'
import { useShiftChange } from '../http/shift-log.ts'
import { useI18n } from '../i18n/formatters.ts'
import { hrefOf, useViewState } from '../state/use-view-state.ts'
import { Problem } from '../ui/problem.tsx'
import { ruleName } from './rule-name.ts'
import { subjectName } from './subject-name.ts'
import './shift-log.css'

/** One entry: when, who, what, about which incidents, and what can be done with it. */
export function ShiftEntryCard({ entry }: { readonly entry: ShiftEntry }) {
  const i18n = useI18n()
  const { t, dateTime } = i18n
  const { mutate, isPending, error } = useShiftChange()
  const mayAccept = usePermission('operate')
  const { id, kind, at, writtenAt, text, author, own, handover } = entry
  const late = Date.parse(writtenAt) - Date.parse(at) >= 60_000
  return (
    <article className="shift-entry">
      <p className="note">
        {[
          dateTime(at),
          usePersonText(author),
          kind === 'handover' && t('shift.handover'),
          late && t('shift.writtenAt', { at: dateTime(writtenAt) }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <p className="shift-entry__text" dir="auto">
        {text ?? <em>{t('shift.erased')}</em>}
      </p>
      <Incidents incidents={entry.incidents} isHandover={kind === 'handover'} />
      <HandoverState entry={entry} />
      <div className="shift-entry__actions">
        {handover?.state === 'waiting' && mayAccept && !own && (
          <Button className="button button--main" isDisabled={isPending} onPress={() => mutate({ accept: id })}>
            {t('shift.accept')}
          </Button>
        )}
        {text !== null && <EraseButton isPending={isPending} onErase={() => mutate({ erase: id })} at={dateTime(at)} />}
      </div>
      {error && <Problem error={error} />}
    </article>
  )
}

/** An account by its name, as long as there is the account; a token or the key by its role. */
function usePersonText({ name, kind, role }: ShiftEntry['author']): string {
  const i18n = useI18n()
  if (name !== null) return name
  const of = i18n.name('role', role)
  return kind === 'account' ? i18n.t('shift.deletedAccount', { role: of }) : of
}

function HandoverState({ entry: { handover, own } }: { readonly entry: ShiftEntry }) {
  const { t, dateTime } = useI18n()
  if (handover === null) return null
  const { state, acceptedAt, acceptedBy } = handover
  if (state === 'accepted' && acceptedAt && acceptedBy)
    return (
      <p className="note">
        <Accepted by={acceptedBy} at={dateTime(acceptedAt)} />
      </p>
    )
  if (state === 'replaced') return <p className="note">{t('shift.replaced')}</p>
  return <p className="note">{t(own ? 'shift.waitsForNext' : 'shift.waits')}</p>
}

function Accepted({ by, at }: { readonly by: ShiftEntry['author']; readonly at: string }) {
  const { t } = useI18n()
  return t('shift.accepted', { who: usePersonText(by), at })
}

type IncidentsProps = { readonly incidents: ShiftEntry['incidents']; readonly isHandover: boolean }

function Incidents({ incidents, isHandover }: IncidentsProps) {
  const i18n = useI18n()
  const { t } = i18n
  const [state] = useViewState()
  if (incidents.length === 0) return isHandover ? <p className="note">{t('shift.noneOpen')}</p> : null
  return (
    <details open={incidents.length <= 5}>
      <summary>{t(isHandover ? 'shift.openThen' : 'shift.about', { n: incidents.length })}</summary>
      <ul className="shift-entry__incidents">
        {incidents.map(({ id, rule, ruleCode, subject, subjectCode, subjectKey, severity, handling, open }) => (
          <li key={id}>
            <a href={hrefOf({ ...state, view: 'now', select: { type: 'incident', key: id } })}>
              {ruleName(i18n, { name: rule, nameCode: ruleCode })},{' '}
              {subjectName(i18n, { name: subject, nameCode: subjectCode, nameKey: subjectKey })}
            </a>{' '}
            <span className="note">
              {[t(`now.severity.${severity}`), t(`now.handling.${handling}`), !open && t('shift.closedSince')]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </li>
        ))}
      </ul>
    </details>
  )
}

type EraseProps = { readonly isPending: boolean; readonly at: string; readonly onErase: () => void }

/** For administrators, where a text has what it should not. */
function EraseButton({ isPending, at, onErase }: EraseProps) {
  const { t } = useI18n()
  const isPermitted = usePermission('administer')
  const [confirming, setConfirming] = useState(false)
  if (!isPermitted) return null
  return (
    <Button
      className="button button--small"
      isDisabled={isPending}
      onPress={() => (confirming ? onErase() : setConfirming(true))}
      aria-label={t(confirming ? 'shift.erase.confirm.of' : 'shift.erase.of', { at })}
    >
      {t(confirming ? 'shift.erase.confirm' : 'shift.erase')}
    </Button>
  )
}
