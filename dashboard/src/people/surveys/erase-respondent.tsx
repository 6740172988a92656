import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import { usePermission } from '../../http/session.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { Problem } from '../../ui/problem.tsx'
import { eraseRespondent } from './queries.ts'
import './survey-desk.css'

/** Permanently erases one respondent of a survey. */
export function EraseRespondent({ survey }: { survey: string }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const isPermitted = usePermission('surveys')
  const [respondent, setRespondent] = useState('')
  const [outcome, setOutcome] = useState<number | Error | null>(null)
  const erase = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    try {
      const { respondents } = await eraseRespondent(survey, respondent)
      setOutcome(respondents)
      setRespondent('')
      await client.invalidateQueries()
    } catch (failure) {
      setOutcome(failure as Error)
    }
  }
  return (
    <Form className="desk__erase" onSubmit={(event) => void erase(event)}>
      <h3>{t('desk.erase.respondent')}</h3>
      <TextField className="field" value={respondent} onChange={setRespondent} autoComplete="off">
        <Label className="field__label">{t('desk.respondent')}</Label>
        <Input className="field__input" maxLength={200} />
      </TextField>
      <Button type="submit" className="button" isDisabled={!isPermitted || respondent === ''}>
        {t('desk.erase.one')}
      </Button>
      <div role="status">
        {outcome instanceof Error && <Problem error={outcome} />}
        {typeof outcome === 'number' && <p className="sheet-form__done">{t('desk.erased.one', { n: outcome })}</p>}
      </div>
    </Form>
  )
}
