import { Button, ListBox, Popover, Select, SelectValue } from 'react-aria-components'
import type { CityResponse } from '#model/api/city.ts'
import { useI18n } from '../i18n/formatters.ts'
import { storeLanguage } from '../i18n/language-choice.ts'
import { useViewState } from '../state/use-view-state.ts'
import { optionItem } from './choice.tsx'
import { Icon } from './icon.tsx'
import './language-menu.css'

/** The language of the page, each language by its own name. */
export default function LanguageMenu({ languages }: Pick<CityResponse, 'languages'>) {
  const { t, language } = useI18n()
  const [, change] = useViewState()
  const choose = (tag: string): void => {
    storeLanguage(tag)
    change({ lang: tag }, 'replace')
  }
  return (
    <Select
      className="language-menu"
      aria-label={t('shell.language')}
      selectedKey={language}
      onSelectionChange={(key) => choose(String(key))}
    >
      <Button className="button button--icon language-menu__button">
        <Icon name="language" />
        <SelectValue className="language-menu__value" />
      </Button>
      <Popover className="popover" placement="bottom end">
        <ListBox className="options">
          {languages.map(({ tag, name }) => optionItem({ id: tag, label: name, lang: tag }))}
        </ListBox>
      </Popover>
    </Select>
  )
}
