import { type FormEvent, useRef, useState } from 'react'
import type { CityResponse, ZoneFeatures } from '#model/api/city.ts'
import { voiceReceipt } from '#model/api/voices.ts'
import {
  COMMENT_MAX,
  CONSENT_VERSION,
  personalTraces,
  VOICE_THRESHOLD,
  VOICE_TOPICS,
  type VoicePlace,
  type VoiceTopic,
} from '#model/voices/voice.ts'
import { change } from '../../http/client.ts'
import { ErrorSummary, FieldError, type FieldProblem } from '../error-summary.tsx'
import { type PageI18n, useI18n } from '../i18n.ts'
import { problemText } from '../problem-text.ts'
import { ScaleField } from '../scale-field.tsx'
import { PlaceField } from './place-field.tsx'

type Ratings = Partial<Record<VoiceTopic, number>>
type Errors = { place?: string; ratings?: string; comment?: string; consent?: string; send?: string }
/** Input to correct for each error. */
const FIELDS: Readonly<Record<keyof Errors, string | null>> = {
  place: 'place',
  ratings: 'topics',
  comment: 'comment',
  consent: 'consent',
  send: null,
}
const listOf = (errors: Errors): FieldProblem[] =>
  (Object.entries(errors) as [keyof Errors, string][]).map(([field, text]) => ({ field: FIELDS[field], text }))
const STEPS = [1, 2, 3, 4, 5]

/** `?zone=` of a link from the page My street, which a resident may change. */
function placeInAddress(zones: ZoneFeatures): VoicePlace | null {
  const key = new URLSearchParams(window.location.search).get('zone')
  const known = zones.features.some(({ properties }) => properties.key === key)
  return key !== null && known ? { kind: 'zone', key } : null
}

type VoiceFormProps = {
  readonly city: CityResponse
  readonly zones: ZoneFeatures
  readonly onSent: (code: string) => void
}

export function VoiceForm({ city, zones, onSent }: VoiceFormProps) {
  const i18n = useI18n()
  const { t } = i18n
  const [place, setPlace] = useState<VoicePlace | null>(() => placeInAddress(zones))
  const [ratings, setRatings] = useState<Ratings>({})
  const [comment, setComment] = useState('')
  const [consent, setConsent] = useState(false)
  const [errors, setErrors] = useState<Errors>({})
  const [busy, setBusy] = useState(false)
  const summary = useRef<HTMLDivElement>(null)

  const fail = (found: Errors): void => {
    setErrors(found)
    // after the summary has been rendered
    requestAnimationFrame(() => summary.current?.focus())
  }
  const rate = (topic: VoiceTopic, rating: number | null): void => {
    const { [topic]: _, ...others } = ratings
    setRatings(rating === null ? others : { ...others, [topic]: rating })
  }
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const found = problemsOf({ place, ratings, comment, consent }, i18n)
    if (Object.keys(found).length > 0) return fail(found)
    setErrors({})
    setBusy(true)
    const body = { place, ratings, comment, language: i18n.language, consent: CONSENT_VERSION }
    try {
      onSent((await change(voiceReceipt, 'POST', '/voices', body)).code)
    } catch (error) {
      fail({ send: problemText(error, i18n) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className="public__form" noValidate onSubmit={(event) => void send(event)}>
      <PlaceField city={city} zones={zones} place={place} onChange={setPlace} error={errors.place ?? null} />
      <fieldset className="public__part" id="topics" tabIndex={-1}>
        <legend>{t('topics.legend')}</legend>
        <p className="note">{t('topics.hint')}</p>
        <FieldError text={errors.ratings} />
        {VOICE_TOPICS.map((topic) => (
          <ScaleField
            key={topic}
            name={topic}
            question={t(`topic.${topic}`)}
            labels={STEPS.map((step) => t(`rating.${step}`))}
            clear={t('rating.clear')}
            value={ratings[topic] ?? null}
            onChange={(rating) => rate(topic, rating)}
          />
        ))}
      </fieldset>
      <CommentField comment={comment} onChange={setComment} error={errors.comment} />
      <ConsentField keepDays={city.voiceKeepDays} consent={consent} onChange={setConsent} error={errors.consent} />
      <ErrorSummary problems={listOf(errors)} summary={summary} />
      <button id="send" type="submit" className="button button--main" disabled={busy}>
        {t(busy ? 'sending' : 'send')}
      </button>
    </form>
  )
}

function problemsOf(
  voice: { place: VoicePlace | null; ratings: Ratings; comment: string; consent: boolean },
  { t }: PageI18n,
): Errors {
  const [trace] = personalTraces(voice.comment)
  return {
    ...(voice.place === null && { place: t('error.place') }),
    ...(Object.keys(voice.ratings).length === 0 && { ratings: t('error.ratings') }),
    ...(trace && { comment: t(`error.trace.${trace}`) }),
    ...(!voice.consent && { consent: t('error.consent') }),
  }
}

type CommentFieldProps = { comment: string; onChange: (comment: string) => void; error: string | undefined }

function CommentField({ comment, onChange, error }: CommentFieldProps) {
  const { t } = useI18n()
  return (
    <fieldset className="public__part">
      <legend>{t('comment.legend')}</legend>
      <div className="field">
        <label className="field__label" htmlFor="comment">
          {t('comment.label')}
        </label>
        <textarea
          id="comment"
          dir="auto"
          maxLength={COMMENT_MAX}
          value={comment}
          onChange={(event) => onChange(event.target.value)}
          aria-invalid={error !== undefined}
          aria-describedby={error === undefined ? 'comment-hint' : 'comment-error comment-hint'}
        />
        <FieldError text={error} id="comment-error" />
        <p id="comment-hint" className="note">
          {t('comment.hint')} {t('comment.left', { n: COMMENT_MAX - comment.length })}
        </p>
      </div>
    </fieldset>
  )
}

const CONSENT_PARTS = ['kept', 'published', 'counted', 'kept_until', 'rights', 'limit'] as const
type ConsentFieldProps = {
  readonly keepDays: number
  readonly consent: boolean
  readonly onChange: (consent: boolean) => void
  readonly error: string | undefined
}

function ConsentField({ keepDays, consent, onChange, error }: ConsentFieldProps) {
  const { t } = useI18n()
  return (
    <fieldset className="public__part">
      <legend>{t('consent.legend')}</legend>
      <ul className="public__list">
        {CONSENT_PARTS.map((part) => (
          <li key={part}>{t(`consent.text.${part}`, { threshold: VOICE_THRESHOLD, days: keepDays })}</li>
        ))}
      </ul>
      <label className="public__check" htmlFor="consent">
        <input
          id="consent"
          type="checkbox"
          checked={consent}
          onChange={(event) => onChange(event.target.checked)}
          aria-invalid={error !== undefined}
          aria-describedby={error === undefined ? undefined : 'consent-error'}
        />
        <span>{t('consent.label')}</span>
      </label>
      <FieldError text={error} id="consent-error" />
    </fieldset>
  )
}
