import { type ReactNode, useEffect, useState } from 'react'
import { Button, Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { useI18n } from '../i18n/formatters.ts'
import { Icon } from './icon.tsx'
import './bottom-sheet.css'

type Part = { readonly id: string; readonly title: string; readonly content: ReactNode }
type SheetProps = {
  readonly open: boolean
  readonly onOpen: (open: boolean) => void
  readonly parts: readonly Part[]
  /** the part to turn to when it changes: details after a tap on the map */
  readonly wanted: string
}

/** On a narrow screen the panels lie in a sheet under the map; folded it leaves its tabs on the screen. */
export function Sheet({ open, onOpen, parts, wanted }: SheetProps) {
  const { t } = useI18n()
  const [part, setPart] = useState(wanted)
  useEffect(() => setPart(wanted), [wanted])
  const shown = parts.some(({ id }) => id === part) ? part : (parts[0]?.id ?? '')
  return (
    <aside className={`sheet${open ? '' : ' sheet--folded'}`} aria-label={t('panel.sheet')}>
      <Tabs
        className="sheet__tabs"
        selectedKey={shown}
        onSelectionChange={(key) => {
          setPart(String(key))
          onOpen(true)
        }}
      >
        <div className="sheet__head">
          <TabList className="tabs" aria-label={t('panel.sheet')}>
            {parts.map(({ id, title }) => (
              <Tab key={id} id={id} className="tab">
                {title}
              </Tab>
            ))}
          </TabList>
          <Button
            className="button button--icon"
            aria-expanded={open}
            aria-label={t(open ? 'sheet.fold' : 'sheet.unfold')}
            onPress={() => onOpen(!open)}
          >
            <Icon name={open ? 'down' : 'up'} />
          </Button>
        </div>
        {parts.map(({ id, content }) => (
          <TabPanel key={id} id={id} className="sheet__panel">
            {open && content}
          </TabPanel>
        ))}
      </Tabs>
    </aside>
  )
}
