import { ListBox, ListBoxItem, Text } from 'react-aria-components'
import type { Incident } from '#model/api/alerts.ts'
import { useI18n } from '../i18n/formatters.ts'
import { affectedText, durationText, lastedSeconds, valueText } from './incident-text.ts'
import { ruleName } from './rule-name.ts'
import { subjectName } from './subject-name.ts'
import './incident-list.css'

type ListProps = {
  readonly label: string
  readonly incidents: readonly Incident[]
  readonly selected: string | null
  readonly now: number
  readonly onSelect: (id: string | null) => void
}

/** Incidents as the API ranks them. Arrow keys move, Enter opens the details. */
export function IncidentList({ label, incidents, selected, now, onSelect }: ListProps) {
  const i18n = useI18n()
  return (
    <ListBox
      className="incident-list"
      aria-label={label}
      selectionMode="single"
      selectedKeys={selected === null ? [] : [selected]}
      onSelectionChange={(keys) => onSelect(keys === 'all' ? null : (([...keys][0] as string | undefined) ?? null))}
    >
      {incidents.map((incident) => (
        <ListBoxItem
          key={incident.id}
          id={incident.id}
          className={`incident incident--${incident.severity}`}
          textValue={`${ruleName(i18n, incident.rule)}, ${subjectName(i18n, incident.subject)}`}
        >
          <Summary incident={incident} now={now} />
        </ListBoxItem>
      ))}
    </ListBox>
  )
}

function Summary({ incident, now }: { incident: Incident; now: number }) {
  const i18n = useI18n()
  const { t } = i18n
  const { rule, subject, severity, condition, handling, flapping, acknowledgedBy, assignedTo } = incident
  const value = valueText(incident, i18n)
  const states = [
    t(`now.condition.${condition}`),
    handling !== 'open' && t(`now.handling.${handling}`),
    flapping && t('now.flapping'),
    assignedTo ?? acknowledgedBy,
  ]
  return (
    // all that is shown is the name of the option: what is read aloud is what is seen
    <Text slot="label" className="incident__text">
      <span className="incident__head">
        <span className={`severity severity--${severity}`}>{t(`now.severity.${severity}`)}</span>
        <span className="incident__title">{ruleName(i18n, rule)}</span>
        <span className="incident__duration">{durationText(lastedSeconds(incident, now), i18n)}</span>
      </span>
      <span className="incident__more">
        <span>{[subjectName(i18n, subject), value].filter(Boolean).join(' · ')}</span>
        <span>{affectedText(incident, i18n)}</span>
        <span>{states.filter(Boolean).join(' · ')}</span>
      </span>
    </Text>
  )
}
