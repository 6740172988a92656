import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { DOMAINS } from '#model/things/domain.ts'
import { GRADES } from '#model/things/grade.ts'
import { zonesQuery } from '../http/queries.ts'
import { registryQuery } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Many } from '../notifications/parts.tsx'
import { type RuleDraft, type ScopeDraft, subjectsOf } from './draft.ts'
import { FieldProblem, Lines, OneOf } from './fields.tsx'
import { LineAdder } from './line-adder.tsx'
import type { Problems } from './problems.ts'
import './rules.css'

type Props = {
  readonly draft: RuleDraft
  readonly problems: Problems
  readonly onChange: (change: Partial<RuleDraft>) => void
}

/** Which Things a rule covers, and whether it is evaluated for each of them, for zones or for the city. */
export function ScopeFields({ draft, problems, onChange }: Props) {
  const { t, name } = useI18n()
  const zones = useQuery(zonesQuery).data?.features ?? []
  const { scope, condition } = draft
  const subjects = subjectsOf(condition.kind)
  const change = (part: Partial<ScopeDraft>): void => onChange({ scope: { ...scope, ...part } })
  if (condition.kind === 'system') return null
  return (
    <fieldset className="rules__group">
      <legend className="rules__legend">{t('rules.scope')}</legend>
      <p className="note">{t('rules.scope.hint')}</p>
      {subjects.length > 1 && (
        <OneOf
          label={t('rules.per')}
          value={subjects.includes(draft.per) ? draft.per : (subjects[0] ?? 'thing')}
          options={subjects.map((id) => ({ id, label: t(`rules.per.${id}`) }))}
          problem={problems.get('per')}
          onChange={(per) => onChange({ per: per as RuleDraft['per'] })}
        />
      )}
      <Many
        label={t('rules.domains')}
        options={DOMAINS.map((id) => ({ id, label: name('layer', id) }))}
        value={scope.domains}
        onChange={(domains) => change({ domains })}
      />
      <Many
        label={t('rules.zones')}
        options={zones.map(({ properties }) => ({ id: properties.key, label: properties.name }))}
        value={scope.zones}
        onChange={(chosen) => change({ zones: chosen })}
      />
      <FieldProblem problem={problems.get('scope.zones')} />
      <Many
        label={t('rules.grades')}
        options={GRADES.map((id) => ({ id, label: t(`grade.${id}`) }))}
        value={scope.grades}
        onChange={(grades) => change({ grades })}
      />
      <Lines
        label={t('rules.things')}
        hint={t('rules.things.hint')}
        value={scope.things}
        problem={problems.get('scope.things')}
        onChange={(things) => change({ things })}
      />
      <ThingAdder lines={scope.things} onAdd={(things) => change({ things })} />
      <Lines
        label={t('rules.kinds')}
        hint={t('rules.kinds.hint')}
        value={scope.kinds}
        problem={problems.get('scope.kinds')}
        onChange={(kinds) => change({ kinds })}
      />
      <KindAdder lines={scope.kinds} onAdd={(kinds) => change({ kinds })} />
      <FieldProblem problem={problems.get('scope')} />
    </fieldset>
  )
}

type AdderProps = { readonly lines: string; readonly onAdd: (lines: string) => void }
const MAX_SUGGESTIONS = 20
/** As many Things as the registry gives at once: their kinds are nearly all that there are. */
const MAX_THINGS = 1_000

function ThingAdder(props: AdderProps) {
  const { t } = useI18n()
  const [text, setText] = useState('')
  const query = registryQuery({ limit: MAX_SUGGESTIONS, ...(text !== '' && { search: text }) })
  const { data } = useQuery({ ...query, refetchInterval: false })
  const suggestions = (data?.things ?? []).map(({ key, name }) => ({ id: key, label: name }))
  return <LineAdder label={t('rules.things.add')} suggestions={suggestions} onType={setText} {...props} />
}

function KindAdder(props: AdderProps) {
  const { t, name } = useI18n()
  const { data } = useQuery({ ...registryQuery({ limit: MAX_THINGS }), refetchInterval: false })
  const kinds = new Set((data?.things ?? []).map(({ kind }) => kind))
  const suggestions = [...kinds].sort().map((id) => ({ id, label: name('kind', id) }))
  return <LineAdder label={t('rules.kinds.add')} suggestions={suggestions} {...props} />
}
