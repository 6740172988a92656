import { useId, useState } from 'react'
import { Button } from 'react-aria-components'
import { useI18n } from '../i18n/formatters.ts'
import { TextEntry } from '../ui/text-entry.tsx'
import { withLine } from './draft.ts'
import './rules.css'

type Suggestion = { readonly id: string; readonly label: string }
type LineAdderProps = {
  readonly label: string
  /** of what was typed so far; the first few are enough */
  readonly suggestions: readonly Suggestion[]
  readonly onType?: (text: string) => void
  /** the text with one more line */
  readonly onAdd: (lines: string) => void
  readonly lines: string
}

/** Adds a line to a list of identifiers, which nobody knows by heart: the registry suggests them while one types. */
export function LineAdder({ label, suggestions, onType, onAdd, lines }: LineAdderProps) {
  const { t } = useI18n()
  const [text, setText] = useState('')
  const list = useId()
  const type = (typed: string): void => {
    setText(typed)
    onType?.(typed)
  }
  const added = withLine(lines, text)
  return (
    <div className="rules__line">
      <TextEntry label={label} value={text} onChange={type} list={list} />
      <datalist id={list}>
        {suggestions.map((one) => (
          <option key={one.id} value={one.id} label={one.label} />
        ))}
      </datalist>
      <Button
        className="button"
        aria-label={t('rules.line.add', { field: label })}
        isDisabled={added === lines}
        onPress={() => {
          onAdd(added)
          type('')
        }}
      >
        {t('rules.line.button')}
      </Button>
    </div>
  )
}
