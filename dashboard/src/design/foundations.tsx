import { useI18n } from '../i18n/formatters.ts'
import { Part, Specimen } from './part.tsx'
import './design.css'

/** Names of custom properties in ui/styles/tokens.css. */
const SIZES = ['--text-1', '--text-2', '--text-3', '--text-4', '--text-5'] as const
const SPACES = ['--space-1', '--space-2', '--space-3', '--space-4', '--space-5', '--space-6'] as const
/** What stands on what: text on its ground, and edges of controls on theirs. */
const ROLES = [
  ['--ink', '--paper'],
  ['--ink-2', '--paper'],
  ['--ink-3', '--paper'],
  ['--ink', '--surface'],
  ['--ink', '--raised'],
  ['--accent', '--paper'],
  ['--accent-ink', '--accent'],
  ['--ink', '--accent-soft'],
  ['--problem', '--problem-soft'],
  ['--badge', '--badge-soft'],
  ['--suspect', '--paper'],
] as const
const EDGES = ['--line', '--edge', '--accent'] as const

export function TypeScale() {
  const { t } = useI18n()
  return (
    <Part title={t('design.type')}>
      {SIZES.map((size) => (
        <Specimen key={size} name={size}>
          <p style={{ fontSize: `var(${size})` }}>{t('design.sentence')}</p>
        </Specimen>
      ))}
    </Part>
  )
}

export function SpaceScale() {
  const { t } = useI18n()
  return (
    <Part title={t('design.space')}>
      <div className="design__row">
        {SPACES.map((space) => (
          <Specimen key={space} name={space}>
            <span className="design__space" style={{ inlineSize: `var(${space})` }} />
          </Specimen>
        ))}
      </div>
    </Part>
  )
}

export function ColourRoles() {
  const { t, property, quantity } = useI18n()
  const words = `${property('pm2_5')} ${quantity(12.5, 'ug/m3')}`
  return (
    <Part title={t('design.colours')}>
      <div className="design__row">
        {ROLES.map(([ink, ground]) => (
          <Specimen key={`${ink} ${ground}`} name={`${ink} / ${ground}`}>
            <p className="design__role" style={{ color: `var(${ink})`, background: `var(${ground})` }}>
              {words}
            </p>
          </Specimen>
        ))}
        {EDGES.map((edge) => (
          <Specimen key={edge} name={edge}>
            <span className="design__edge" style={{ borderColor: `var(${edge})` }} />
          </Specimen>
        ))}
      </div>
    </Part>
  )
}

export function MotionRule() {
  const { t } = useI18n()
  return (
    <Part title={t('design.motion')}>
      <p>{t('design.motion.rule')}</p>
      <button type="button" className="button">
        {t('design.motion.try')}
      </button>
    </Part>
  )
}
