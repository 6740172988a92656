import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { useI18n } from '../i18n/formatters.ts'
import './evidence.css'

const FIRST = 12

/** The evidence as nested lists: each number, how it is computed from its inputs, and which inputs were excluded. */
export function EvidenceTree({ evidence }: { evidence: Evidence }) {
  return (
    <ul className="evidence">
      <Node evidence={evidence} depth={0} />
    </ul>
  )
}

function Node({ evidence, depth }: { evidence: Evidence; depth: number }) {
  const { t, name, quantity } = useI18n()
  const inputs = evidence.inputs ?? []
  const excluded = evidence.excluded ?? []
  return (
    <li className="evidence__node">
      <p className="evidence__head">
        <span className="evidence__label">{evidence.label}</span>
        <span className="evidence__value">
          {evidence.value === null ? t('none') : quantity(evidence.value, evidence.unit)}
        </span>
      </p>
      <p className="note">
        {t('evidence.method', { method: name('method', evidence.method), origin: name('origin', evidence.origin) })}
        <Counts evidence={evidence} />
      </p>
      {excluded.length > 0 && (
        <details className="evidence__more">
          <summary>{t('evidence.excluded', { n: excluded.length })}</summary>
          <ul>
            {excluded.map(({ what, why }) => (
              <li key={`${what}${why}`} className="note">
                {t('evidence.excluded.one', { what, why })}
              </li>
            ))}
          </ul>
        </details>
      )}
      {inputs.length > 0 && (
        <details className="evidence__more" open={depth === 0}>
          <summary>{t('evidence.inputs', { n: inputs.length })}</summary>
          <ul className="evidence">
            {inputs.slice(0, FIRST).map((input, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the tree does not change, and labels may repeat
              <Node key={index} evidence={input} depth={depth + 1} />
            ))}
          </ul>
          {inputs.length > FIRST && (
            <details className="evidence__more">
              <summary>{t('evidence.rest', { n: inputs.length - FIRST })}</summary>
              <ul className="evidence">
                {inputs.slice(FIRST).map((input, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <Node key={index} evidence={input} depth={depth + 1} />
                ))}
              </ul>
            </details>
          )}
        </details>
      )}
    </li>
  )
}

/** n, completeness, weight, shares of suspect and failed observations, value with suspect ones, reference: those that are known. */
function Counts({ evidence }: { evidence: Evidence }) {
  const { t, integer, percent, number, quantity } = useI18n()
  const { n, dataCapture, weight, quality, withSuspect, uncertainty, unit, ref } = evidence
  const { suspect = 0, failed = 0 } = quality ?? {}
  const parts = [
    n !== undefined && t('evidence.n', { n: integer(n) }),
    dataCapture !== undefined && t('evidence.capture', { share: percent(dataCapture) }),
    weight !== undefined && t('evidence.weight', { weight: number(weight) }),
    suspect > 0 && t('evidence.suspect', { share: percent(suspect, 1) }),
    failed > 0 && t('evidence.failed', { share: percent(failed, 1) }),
    withSuspect !== undefined && t('evidence.withSuspect', { value: quantity(withSuspect, unit) }),
    uncertainty !== undefined &&
      t('evidence.uncertainty', {
        error: number(uncertainty.standardError),
        low: number(uncertainty.interval[0]),
        high: number(uncertainty.interval[1]),
        df: uncertainty.degreesOfFreedom,
      }),
    ref !== undefined && ref,
  ].filter((part): part is string => typeof part === 'string')
  return <>{parts.map((part) => ` · ${part}`).join('')}</>
}
