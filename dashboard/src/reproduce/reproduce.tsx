import { useState } from 'react'
import { Button } from 'react-aria-components'
import { SCRIPT_LANGUAGES, type ScriptLanguage } from '#model/reproduce/scripts.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Chips } from '../ui/chips.tsx'
import { downloadFile } from '../ui/table/download.ts'
import './reproduce.css'

type Props = {
  /** name of the files, without ending */
  readonly name: string
  /** undefined: the figure has no program */
  readonly script: (language: ScriptLanguage) => string | undefined
  readonly citation: string
}

const ENDINGS: Readonly<Record<ScriptLanguage, string>> = { r: 'R', python: 'py' }

/** The same figure in R and in Python, from the published inputs alone, and how to cite it. */
export function Reproduce({ name, script, citation }: Props) {
  const { t } = useI18n()
  const [language, setLanguage] = useState<ScriptLanguage>('r')
  const text = script(language)
  const choose = (id: string): void => setLanguage(SCRIPT_LANGUAGES.find((one) => one === id) ?? 'r')
  return (
    <details className="reproduce">
      <summary>{t('reproduce.title')}</summary>
      {text !== undefined && (
        <>
          <Chips
            label={t('reproduce.language')}
            labelHidden
            chips={SCRIPT_LANGUAGES.map((id) => ({ id, label: t(`reproduce.language.${id}`) }))}
            value={language}
            onChange={choose}
          />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <pre className="reproduce__code" dir="ltr" lang="en" tabIndex={0}>
            {text}
          </pre>
          <Button
            className="button"
            onPress={() => downloadFile(`${name}.${ENDINGS[language]}`, text, 'text/plain;charset=utf-8')}
          >
            {t('reproduce.download')}
          </Button>
        </>
      )}
      <p className="reproduce__cite">
        {t('reproduce.cite')} <q>{citation}</q>
      </p>
    </details>
  )
}
