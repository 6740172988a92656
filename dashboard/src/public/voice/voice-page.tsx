import { useEffect, useRef, useState } from 'react'
import type { CityResponse, ZoneFeatures } from '#model/api/city.ts'
import { VOICE_THRESHOLD } from '#model/voices/voice.ts'
import { useI18n } from '../i18n.ts'
import { PageHead } from '../page-head.tsx'
import { EraseForm } from './erase-form.tsx'
import { VoiceForm } from './voice-form.tsx'
import './voice.css'

/** The form, the receipt with the code, and the form to erase a voice. */
export function VoicePage({ city, zones }: { city: CityResponse; zones: ZoneFeatures }) {
  const { t } = useI18n()
  const [code, setCode] = useState<string | null>(null)
  return (
    <>
      <PageHead city={city} />
      <main id="main" tabIndex={-1} className="public">
        {code === null ? (
          <>
            <div>
              <h1>{t('page.heading')}</h1>
              <p className="public__lead">{t('page.lead', { city: city.name })}</p>
              <ul className="public__list">
                {(['account', 'place', 'erase'] as const).map((promise) => (
                  <li key={promise}>{t(`page.promise.${promise}`)}</li>
                ))}
              </ul>
            </div>
            <VoiceForm city={city} zones={zones} onSent={setCode} />
          </>
        ) : (
          <Sent code={code} onAgain={() => setCode(null)} />
        )}
        <EraseForm />
        <p>
          <a href="./?layer=voices&table=open">{t('sent.map')}</a>
        </p>
      </main>
    </>
  )
}

/** The receipt: the only time the code is shown. */
function Sent({ code, onAgain }: { code: string; onAgain: () => void }) {
  const { t } = useI18n()
  const [copied, setCopied] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus()
    window.scrollTo({ top: 0 })
  }, [])
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(code)
    setCopied(true)
  }
  return (
    <section className="public__part">
      <h1 ref={heading} tabIndex={-1}>
        {t('sent.heading')}
      </h1>
      <p>{t('sent.when', { others: VOICE_THRESHOLD - 1 })}</p>
      <p className="field__label">{t('sent.code')}</p>
      <output className="voice__code" dir="ltr">
        {code}
      </output>
      <p>{t('sent.keep')}</p>
      <div className="voice__next">
        {'clipboard' in navigator && (
          <button type="button" className="button" onClick={() => void copy()}>
            {t(copied ? 'sent.copied' : 'sent.copy')}
          </button>
        )}
        <button type="button" className="button" onClick={onAgain}>
          {t('sent.again')}
        </button>
      </div>
    </section>
  )
}
