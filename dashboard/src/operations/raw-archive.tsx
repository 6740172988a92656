import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { type ArchivedSources, replayResponse } from '#model/api/ingest.ts'
import { archiveQuery } from '../http/queries.ts'
import { useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import './raw-archive.css'

const HOUR_MS = 3_600_000
const WINDOWS = [
  { id: 'hour', ms: HOUR_MS },
  { id: 'day', ms: 24 * HOUR_MS },
  { id: 'all', ms: Number.POSITIVE_INFINITY },
] as const
type WindowId = (typeof WINDOWS)[number]['id']

/** Sources with a raw archive: contents, and a form to replay them. Nothing if no source has one. */
export function RawArchive() {
  const { t } = useI18n()
  const { data } = useQuery(archiveQuery)
  const [window, setWindow] = useState<WindowId>('day')
  if (!data || data.sources.length === 0) return null
  return (
    <section aria-labelledby="archive">
      <h2 id="archive" className="operations__heading">
        {t('archive.title')}
      </h2>
      <p className="note operations__note">{t('archive.lead')}</p>
      <div className="operations__form">
        <MissingPermission to="operate" />
        <Choice
          label={t('archive.window')}
          choices={WINDOWS.map(({ id }) => ({ id, label: t(`archive.window.${id}`) }))}
          value={window}
          onChange={(id) => setWindow(id as WindowId)}
        />
      </div>
      {data.sources.map((source) => (
        <ArchivedSource key={source.source} source={source} window={window} />
      ))}
    </section>
  )
}

function ArchivedSource({ source, window }: { source: ArchivedSources['sources'][number]; window: WindowId }) {
  const { t, dateTime } = useI18n()
  const { send, ready, error } = useChange('operate')
  const [done, setDone] = useState('')
  const replay = async (): Promise<void> => {
    const { ms } = WINDOWS.find(({ id }) => id === window) ?? WINDOWS[0]
    // the end of the window is exclusive
    const to = Date.parse(source.last) + 1
    const from = Math.max(Date.parse(source.first), to - ms)
    const body = { source: source.source, from: new Date(from).toISOString(), to: new Date(to).toISOString() }
    const answer = await send(replayResponse, 'POST', '/ingest/archive/replay', body)
    setDone(answer ? t('replay.done', { replayed: answer.replayed, skipped: answer.skippedTruncated }) : '')
  }
  return (
    <div className="archive__source">
      <p>
        <strong>{source.source}</strong>{' '}
        <span className="note">
          {t('archive.source', {
            n: source.messages,
            first: dateTime(source.first),
            last: dateTime(source.last),
            until: dateTime(source.keptUntil),
          })}
        </span>
      </p>
      <Button
        className="button"
        isDisabled={!ready}
        onPress={() => void replay()}
        aria-label={t('archive.replay.of', { source: source.source })}
      >
        {t('archive.replay')}
      </Button>
      <div role="status">{done}</div>
      {error && <Problem error={error} />}
    </div>
  )
}
