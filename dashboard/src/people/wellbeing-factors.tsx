import type { WellbeingResponse } from '#model/api/wellbeing.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Picture } from '../ui/picture/picture.tsx'
import { WhiskerChart } from '../ui/whisker-chart.tsx'
import { score } from './score.ts'
import { FactorTable } from './wellbeing-tables.tsx'
import './styles/people.css'
import './wellbeing.css'

type Dimension = WellbeingResponse['dimensions'][number]

/** A dimension: survey result and measurement for each factor, and where the two disagree. */
export function DimensionPart({ dimension }: { dimension: Dimension }) {
  const i18n = useI18n()
  const { t } = i18n
  const name = i18n.name('dimension', dimension.id)
  const missing = (why: string | null): string => i18n.name('wellbeing.missing', why ?? '')
  const rows = dimension.factors
    .filter(({ score: own }) => own.missing !== 'not_asked')
    .map(({ id, score: own }) => ({ ...own, label: i18n.name('factor', id), text: missing(own.missing) }))
  return (
    <section className="wellbeing__dimension" aria-label={name}>
      <h3>{name}</h3>
      <p className="note">
        {dimension.score.value === null
          ? missing(dimension.score.missing)
          : t('wellbeing.score', {
              value: score(dimension.score.value, i18n),
              lower: score(dimension.score.lower ?? 0, i18n),
              upper: score(dimension.score.upper ?? 0, i18n),
            })}
      </p>
      <div className="people__pair">
        <figure>
          <figcaption>{t('wellbeing.perceived')}</figcaption>
          <Picture name={name}>
            <WhiskerChart rows={rows} label={name} domain={[0, 100]} show={(value) => i18n.integer(value)} />
          </Picture>
        </figure>
        <div>
          <FactorTable dimension={dimension} />
        </div>
      </div>
    </section>
  )
}
