import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import type { DraftResponse } from '#model/api/survey-import.ts'
import type { Codebook } from '#model/survey/codebook.ts'
import { checkCodebook } from '#model/survey-file/check-codebook.ts'
import { usePermission } from '../../http/session.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { MissingPermission } from '../../ui/permitted.tsx'
import { Problem } from '../../ui/problem.tsx'
import { CodebookForm } from './codebook-form.tsx'
import { draftSurvey, type ImportAnswer, type ImportProgress, importSurvey } from './queries.ts'
import { SurveyOutcome } from './survey-outcome.tsx'
import '../styles/people.css'
import './survey-desk.css'

/** Imports answers with a codebook; without one, a draft is created from the answers. */
export function SurveyImport() {
  const { t } = useI18n()
  const client = useQueryClient()
  const isPermitted = usePermission('surveys')
  const [answers, setAnswers] = useState<File | null>(null)
  const [codebook, setCodebook] = useState<string | null>(null)
  const [draft, setDraft] = useState<DraftResponse | null>(null)
  const [by, setBy] = useState('')
  const [progress, setProgress] = useState<ImportProgress | 'sending' | null>(null)
  const [outcome, setOutcome] = useState<ImportAnswer | Error | null>(null)

  const run = async (work: () => Promise<void>): Promise<void> => {
    setOutcome(null)
    setProgress('sending')
    try {
      await work()
    } catch (failure) {
      setOutcome(failure instanceof Error ? failure : new Error(String(failure)))
    } finally {
      setProgress(null)
    }
  }
  const text = draft ? JSON.stringify(draft.codebook, null, 2) : codebook
  const send = (check: boolean) =>
    run(async () => {
      if (!answers || text === null) return
      const found = await importSurvey(
        { id: idOf(text), codebook: text, responses: answers },
        { check, by },
        setProgress,
      )
      setOutcome(found)
      if ('imported' in found && !check) await client.invalidateQueries()
    })
  const makeDraft = () =>
    run(async () => {
      if (answers) setDraft(await draftSurvey(answers))
    })
  const ready = answers !== null && isPermitted && progress === null
  return (
    <div className="desk__import">
      <h3 className="people__subheading">{t('desk.import')}</h3>
      <div className="sheet-form">
        <FileField
          label={t('desk.answers')}
          accept=".csv,.xlsx"
          onFile={(file) => {
            setAnswers(file)
            setDraft(null)
          }}
        />
        <FileField
          label={t('desk.codebook')}
          accept=".json"
          onFile={(file) => {
            setDraft(null)
            if (file) void file.text().then(setCodebook)
            else setCodebook(null)
          }}
        />
        <MissingPermission to="surveys" />
        <TextField className="field" value={by} onChange={setBy} autoComplete="name">
          <Label className="field__label">{t('collection.by')}</Label>
          <Input className="field__input" maxLength={100} />
        </TextField>
      </div>
      <p className="note">{t('desk.note')}</p>
      <div className="desk__actions">
        <Button className="button" isDisabled={!ready} onPress={() => void makeDraft()}>
          {t('desk.draft')}
        </Button>
      </div>
      {draft && (
        <CodebookForm draft={draft} onChange={(changed: Codebook) => setDraft({ ...draft, codebook: changed })} />
      )}
      <div className="desk__actions">
        <Button className="button" isDisabled={!ready || text === null} onPress={() => void send(true)}>
          {t('desk.check')}
        </Button>
        <Button className="button button--main" isDisabled={!ready || text === null} onPress={() => void send(false)}>
          {t('desk.send')}
        </Button>
      </div>
      <SurveyOutcome progress={progress} outcome={outcome instanceof Error ? null : outcome} />
      {outcome instanceof Error && <Problem error={outcome} />}
    </div>
  )
}

/** The id in a codebook; all other checks are made by the API. */
function idOf(text: string): string {
  try {
    const id = (JSON.parse(text) as { id?: unknown } | null)?.id
    if (typeof id === 'string' && id !== '') return id
  } catch {
    return 'survey'
  }
  return checkCodebook(JSON.parse(text)).codebook?.id ?? 'survey'
}

type FileFieldProps = { label: string; accept: string; onFile: (file: File | null) => void }

function FileField({ label, accept, onFile }: FileFieldProps) {
  return (
    <label className="field">
      <span className="field__label">{label}</span>
      <input
        className="field__input sheet-form__file"
        type="file"
        accept={accept}
        onChange={(event) => onFile(event.target.files?.[0] ?? null)}
      />
    </label>
  )
}
