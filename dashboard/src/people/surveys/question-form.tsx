import type { DraftResponse } from '#model/api/survey-import.ts'
import { INDICATORS } from '#model/indicators/catalogue/index.ts'
import { SURVEYED_SHARES } from '#model/indicators/surveyed-shares.ts'
import type { Question } from '#model/survey/codebook.ts'
import { CORE_INDICATORS } from '#model/survey/itu-core-indicators.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { Pick } from '../../ui/pick.tsx'
import '../styles/equity.css'
import './codebook-form.css'

type Props = {
  question: Question
  notes: readonly DraftResponse['notes'][number]['note'][]
  onChange: (question: Question) => void
  onDrop: () => void
}
const NAMES = new Map(INDICATORS.map(({ code, name }) => [code, name]))

/** One question of a codebook: wording, labels of codes, which of them count, and the indicator it measures. */
export function QuestionForm({ question, notes, onChange, onDrop }: Props) {
  const { t, name } = useI18n()
  const { column, text, categories, group, indicator, u4ssc } = question
  const set = (change: Partial<Question>): void => onChange({ ...question, ...change })
  return (
    <details className="codebook__question">
      <summary>
        <strong>{column}</strong> {text === column ? '' : text}{' '}
        <span className="equity__unit">
          {t(categories ? 'codebook.kind.categories' : 'codebook.kind.number', {
            n: Object.keys(categories ?? {}).length,
          })}
        </span>
        {notes.length > 0 && <span className="codebook__mark"> {t('codebook.toCheck', { n: notes.length })}</span>}
      </summary>
      {notes.map((note) => (
        <p key={note} className="codebook__note">
          {name('codebook.note', note)}
        </p>
      ))}
      <div className="sheet-form">
        <label className="field sheet-form__wide">
          <span className="field__label">{t('codebook.text')}</span>
          <input className="field__input" value={text} onChange={(event) => set({ text: event.target.value })} />
        </label>
        <Pick
          label={t('codebook.indicator')}
          value={indicator ?? ''}
          choices={CORE_INDICATORS.map((one) => ({ id: one.code, label: `${one.code} ${one.name}` }))}
          none={t('codebook.none')}
          onChange={(code) => onChange(withoutEmpty({ ...question, indicator: code }))}
        />
        {categories && (
          <Pick
            label={t('codebook.u4ssc')}
            value={u4ssc ?? ''}
            choices={Object.keys(SURVEYED_SHARES).map((code) => ({
              id: code,
              label: `${code} ${NAMES.get(code) ?? ''}`,
            }))}
            none={t('codebook.none')}
            onChange={(code) => onChange(withoutEmpty({ ...question, u4ssc: code }))}
          />
        )}
        <label className="field">
          <span className="field__label">{t('codebook.missing')}</span>
          <input
            className="field__input"
            value={question.missing.join(' ')}
            onChange={(event) => set({ missing: event.target.value.split(/\s+/).filter((code) => code !== '') })}
          />
        </label>
        {categories && (
          <label className="codebook__tick">
            <input type="checkbox" checked={group} onChange={(event) => set({ group: event.target.checked })} />
            {t('codebook.group')}
          </label>
        )}
        {categories && group && (
          <label className="codebook__tick">
            <input
              type="checkbox"
              checked={question.scale === 'ordinal'}
              onChange={(event) => onChange(withScale(question, event.target.checked))}
            />
            {t('codebook.ordinal')}
          </label>
        )}
        <label className="codebook__tick">
          <input
            type="checkbox"
            checked={question.blank === 'not_asked'}
            onChange={(event) => set({ blank: event.target.checked ? 'not_asked' : 'not_answered' })}
          />
          {t('codebook.blank')}
        </label>
      </div>
      {categories && <Categories question={question} onChange={onChange} />}
      <button type="button" className="button" onClick={onDrop}>
        {t('codebook.drop')}
      </button>
    </details>
  )
}

/** The order of an ordinal question is the order of its listed answers. */
function withScale({ order: _, ...question }: Question, ordinal: boolean): Question {
  if (!ordinal) return { ...question, scale: 'nominal' }
  const codes = Object.keys(question.categories ?? {}).filter((code) => !question.missing.includes(code))
  return { ...question, scale: 'ordinal', order: codes }
}

/** An empty choice removes the field. */
function withoutEmpty(question: Question): Question {
  const { indicator, u4ssc, ...rest } = question
  return { ...rest, ...(indicator && { indicator }), ...(u4ssc && { u4ssc }) }
}

/** Plain HTML, since it is an editor: a field for each code, in the order of the codebook. */
function Categories({ question, onChange }: { question: Question; onChange: (question: Question) => void }) {
  const { t } = useI18n()
  const { categories = {}, counts = [], group } = question
  const count = (code: string, on: boolean): void =>
    onChange({ ...question, counts: on ? [...counts, code] : counts.filter((one) => one !== code) })
  return (
    <table className="mini codebook__codes">
      <thead>
        <tr>
          <th scope="col">{t('codebook.code')}</th>
          <th scope="col">{t('codebook.label')}</th>
          {!group && <th scope="col">{t('codebook.counts')}</th>}
        </tr>
      </thead>
      <tbody>
        {Object.entries(categories).map(([code, label]) => (
          <tr key={code}>
            <th scope="row">{code}</th>
            <td>
              <input
                className="field__input"
                aria-label={t('codebook.label.of', { code })}
                value={label}
                onChange={(event) =>
                  onChange({ ...question, categories: { ...categories, [code]: event.target.value } })
                }
              />
            </td>
            {!group && (
              <td>
                <input
                  type="checkbox"
                  aria-label={t('codebook.counts.of', { code })}
                  checked={counts.includes(code)}
                  onChange={(event) => count(code, event.target.checked)}
                />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
