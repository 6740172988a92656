import type { BriefResponse, Headline } from '#model/api/brief.ts'
import { sentenceOf } from '#model/brief/sentences.ts'
import { useI18n } from '../i18n/formatters.ts'
import type { ViewState } from '../state/view-state.ts'
import { ViewLink } from '../ui/view-link.tsx'
import { speakerOf } from './speaker.ts'
import './brief.css'

/** The headline findings, each with the way to its evidence. */
export function Findings({ brief }: { brief: BriefResponse }) {
  const i18n = useI18n()
  const { t } = i18n
  const speaker = speakerOf(i18n)
  const sentences = brief.headlines.map((headline) => ({ headline, text: sentenceOf(headline, speaker) }))
  return (
    <section className="brief__section" aria-labelledby="brief-findings">
      <h2 id="brief-findings">{t('brief.findings')}</h2>
      <ol className="brief__findings">
        {sentences.map(({ headline, text }) => (
          <li key={text} className={`brief__finding brief__finding--${headline.code}`}>
            {text}{' '}
            <ViewLink
              to={evidenceOf(headline, brief)}
              label={t('brief.evidence.of', { finding: text })}
              className="brief__screen"
            >
              {t('brief.evidence')}
            </ViewLink>
          </li>
        ))}
      </ol>
    </section>
  )
}

function evidenceOf(headline: Headline, { period, burdens }: BriefResponse): Partial<ViewState> {
  switch (headline.code) {
    case 'improved':
    case 'declined':
      return { view: 'indicators', period: period.label, select: { type: 'indicator', key: headline.change.code } }
    case 'worst_off':
    case 'worst_off_several':
    case 'worst_off_open':
      return { view: 'people', period: burdens?.period ?? period.label }
    case 'targets':
      return { view: 'report', period: period.label }
    default:
      return { view: 'indicators', period: period.label }
  }
}
