import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import type { DataPointValue } from '#model/indicators/catalogue/schema.ts'
import { type GoalBody, goalBody } from '#model/indicators/goals.ts'
import { usePermission } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import { sendGoal } from './goal-queries.ts'
import './goal-form.css'

const FIELDS = ['benchmark', 'target', 'targetYear', 'baselineYear'] as const
type Field = (typeof FIELDS)[number]

/** The city's own benchmark and target of a data point. Empty fields mean none; all fields empty removes the goal. */
export function GoalForm({ code, value, onClose }: { code: string; value: DataPointValue; onClose: () => void }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const isPermitted = usePermission('report')
  const { own } = value
  const text = (number: number | null | undefined): string => (number == null ? '' : String(number))
  const [entries, setEntries] = useState<Record<Field, string>>({
    benchmark: text(own?.benchmark),
    target: text(own?.target),
    targetYear: text(own?.targetYear),
    baselineYear: '',
  })
  const [source, setSource] = useState(own?.source ?? '')
  const [by, setBy] = useState('')
  const [problem, setProblem] = useState<Error | string | null>(null)
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const read = readGoal(entries, value.dataPoint, source)
    if (typeof read === 'string') return setProblem(t('goal.invalid', { field: t(`goal.${read as Field}`) }))
    try {
      await sendGoal(code, read, by)
      await client.invalidateQueries()
      onClose()
    } catch (error) {
      setProblem(error instanceof Error ? error : new Error(String(error)))
    }
  }
  return (
    <FormDialog title={t('goal.title', { name: value.name })} onClose={onClose}>
      <Form className="goal-form" onSubmit={(event) => void send(event)}>
        <p className="note">{t('goal.lead')}</p>
        {FIELDS.map((field) => (
          <TextEntry
            key={field}
            label={t(`goal.${field}`)}
            value={entries[field]}
            onChange={(entry) => setEntries({ ...entries, [field]: entry })}
          />
        ))}
        <TextEntry label={t('goal.source')} value={source} onChange={setSource} />
        <TextEntry label={t('goal.by')} value={by} onChange={setBy} />
        <MissingPermission to="report" />
        <Button type="submit" className="button button--main" isDisabled={!isPermitted}>
          {t('goal.save')}
        </Button>
        <div role="status">
          {typeof problem === 'string' && <p className="problem">{problem}</p>}
          {problem instanceof Error && <Problem error={problem} />}
        </div>
      </Form>
    </FormDialog>
  )
}

/** The entered values, or the name of the invalid field. Accepts decimal commas. */
function readGoal(entries: Record<Field, string>, dataPoint: string, source: string): GoalBody | string {
  const numbers: Record<string, number | null> = {}
  for (const field of FIELDS) {
    const typed = entries[field].trim().replace(',', '.')
    const number = typed === '' ? null : Number(typed)
    if (number !== null && !Number.isFinite(number)) return field
    numbers[field] = number
  }
  const read = goalBody.safeParse({ dataPoint, source, ...numbers })
  return read.success ? read.data : String(read.error.issues[0]?.path[0] ?? 'target')
}
