import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { type ModerationQueue, moderationResult } from '#model/api/voices.ts'
import { zonesQuery } from '../http/queries.ts'
import { useChange } from '../http/registry.ts'
import { usePermission } from '../http/session.ts'
import { moderationQuery } from '../http/voices.ts'
import { useI18n } from '../i18n/formatters.ts'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './rejected.css'
import './voice-moderation.css'

type Comment = ModerationQueue['comments'][number]
type Decision = 'approve' | 'refuse'

/** Comments of residents awaiting review: approve or reject. */
export function VoiceModeration() {
  const { t } = useI18n()
  const isPermitted = usePermission('moderate')
  const queue = useQuery(moderationQuery(isPermitted))
  const { send, ready, error } = useChange('moderate')
  const decide = async (comment: Comment, decision: Decision, reply: string): Promise<void> => {
    const answer = reply.trim() === '' ? {} : { reply: reply.trim() }
    await send(moderationResult, 'POST', '/voices/moderation', { decisions: [{ id: comment.id, decision, ...answer }] })
    await queue.refetch()
  }
  const problem = error ?? queue.error
  return (
    <section aria-labelledby="voices-waiting">
      <h2 id="voices-waiting" className="operations__heading">
        {t('moderation.title')}
      </h2>
      <p className="note operations__note">{t('moderation.lead')}</p>
      <MissingPermission to="moderate" />
      {problem && <Problem error={problem} />}
      {queue.data && (
        <>
          <p role="status" className="note">
            {t('moderation.waiting', { n: queue.data.waiting })}
          </p>
          <ul className="rejected">
            {queue.data.comments.map((comment) => (
              <CommentItem
                key={comment.id}
                comment={comment}
                ready={ready}
                onDecide={(decision, reply) => void decide(comment, decision, reply)}
              />
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

type CommentItemProps = {
  readonly comment: Comment
  readonly ready: boolean
  readonly onDecide: (decision: Decision, reply: string) => void
}

function CommentItem({ comment, ready, onDecide }: CommentItemProps) {
  const { t, name } = useI18n()
  const [reply, setReply] = useState('')
  const zones = useQuery(zonesQuery).data?.features ?? []
  const { text, language, month, topics, place } = comment
  const where =
    place.kind === 'zone'
      ? (zones.find(({ properties }) => properties.key === place.key)?.properties.name ?? place.key)
      : t('voices.cell', { cell: place.key })
  return (
    <li className="message moderation">
      <blockquote className="moderation__text" lang={language} dir="auto">
        {text}
      </blockquote>
      <p className="note">{[where, month, ...topics.map((topic) => name('measure.voices', topic))].join(' · ')}</p>
      <TextEntry label={t('moderation.reply')} value={reply} onChange={setReply} />
      <div className="rejected__pages">
        {(['approve', 'refuse'] as const).map((decision) => (
          <Button
            key={decision}
            className={decision === 'approve' ? 'button button--main' : 'button'}
            isDisabled={!ready}
            onPress={() => onDecide(decision, reply)}
            aria-label={t(`moderation.${decision}.of`, { text })}
          >
            {t(`moderation.${decision}`)}
          </Button>
        ))}
      </div>
    </li>
  )
}
