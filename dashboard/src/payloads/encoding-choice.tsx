import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { csvWithout, type Opening, open } from './opening.ts'
import '../registry/form.css'

type EncodingChoiceProps = {
  readonly topic: string
  readonly text: string
  /** in every way that works */
  readonly openings: readonly Opening[]
  readonly opening: Opening
  readonly onChange: (opening: Opening) => void
}

/** How the messages are built: only what opens this one can be chosen. */
export function EncodingChoice({ topic, text, openings, opening, onChange }: EncodingChoiceProps) {
  const { t } = useI18n()
  const { encoding } = opening
  const reopen = (next: Opening['encoding']): void => {
    const opened = open(text, topic, next)
    if (opened) onChange(opened)
  }
  const levels = topic.split('/')
  return (
    <div className="form__pair">
      {openings.length > 1 && (
        <Choice
          label={t('payload.encoding')}
          choices={openings.map(({ encoding: { encoding: id } }) => ({ id, label: t(`payload.encoding.${id}`) }))}
          value={encoding.encoding}
          onChange={(id) => reopen(openings.find((each) => each.encoding.encoding === id)?.encoding ?? encoding)}
        />
      )}
      {encoding.encoding === 'csv' && (
        <Choice
          label={t('payload.columns')}
          choices={[
            { id: 'first', label: t('payload.columns.first') },
            { id: 'numbered', label: t('payload.columns.numbered') },
          ]}
          value={encoding.csv?.columns ? 'numbered' : 'first'}
          onChange={(id) => reopen(id === 'first' ? { encoding: 'csv' } : csvWithout(text))}
        />
      )}
      {encoding.encoding === 'value' && levels.length > 2 && (
        <Choice
          label={t('payload.value')}
          choices={levels.slice(1).map((_, at) => ({ id: String(at + 2), label: levels.slice(at + 1).join('/') }))}
          value={String(encoding.value?.from ?? levels.length)}
          onChange={(from) =>
            reopen({
              encoding: 'value',
              ...(Number(from) < levels.length && { value: { from: Number(from) } }),
            })
          }
        />
      )}
    </div>
  )
}
