import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { replayResponse } from '#model/api/ingest.ts'
import { change } from '../http/client.ts'
import { usePermission } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import './replay-form.css'

type Outcome = { readonly replayed: number; readonly skipped: number } | Error | null

/** Replays the listed messages. */
export function ReplayForm({
  filter,
  ids,
  total,
  onDone,
}: {
  filter: {
    readonly reason?: string | undefined
    readonly source?: string | undefined
    readonly topic?: string | undefined
  }
  /** selected messages; empty: everything the filter lists */
  ids: readonly string[]
  total: number
  onDone: () => void
}) {
  const { t, name, integer } = useI18n()
  const isPermitted = usePermission('operate')
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<Outcome>(null)
  const replay = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    try {
      const conditions = ids.length > 0 ? { ids } : filter
      const isAny = Object.values(conditions).some((value) => value !== undefined)
      const answer = await change(replayResponse, 'POST', '/ingest/rejected/replay', isAny ? conditions : { all: true })
      setOutcome({ replayed: answer.replayed, skipped: answer.skippedTruncated })
      onDone()
    } catch (error) {
      setOutcome(error instanceof Error ? error : new Error(String(error)))
    } finally {
      setBusy(false)
    }
  }
  const what = [filter.reason ? name('rejection', filter.reason) : t('replay.all'), filter.source, filter.topic]
    .filter(Boolean)
    .join(', ')
  return (
    <Form className="replay" onSubmit={(event) => void replay(event)}>
      <MissingPermission to="operate" />
      <Button type="submit" className="button button--main" isDisabled={busy || !isPermitted}>
        {ids.length > 0
          ? t('replay.selected', { n: integer(ids.length) })
          : t('replay.send', { n: integer(total), what })}
      </Button>
      <div className="replay__outcome" role="status">
        {outcome && !(outcome instanceof Error) && t('replay.done', outcome)}
      </div>
      {outcome instanceof Error && <Problem error={outcome} />}
    </Form>
  )
}
