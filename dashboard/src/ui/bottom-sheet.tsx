import { type ReactNode, useEffect, useState } from 'react'
import { Button, Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { useI18n } from '../i18n/formatters.ts'
import { Icon } from './icon.tsx'
import './bottom-sheet.css'

type Part = { readonly id: string; readonly title: string; readonly content: ReactNode }
type BottomSheetProps = {
  readonly open: boolean
  readonly onOpen: (open: boolean) => void
  readonly parts: readonly Part[]
  /** when it changes, this part is shown: the details after a tap on the map */
  readonly requested: string
}

/** The panels on a narrow screen: a sheet that slides up from below the map. Collapsed, only its tabs are visible. */
export function BottomSheet({ open, onOpen, parts, requested }: BottomSheetProps) {
  const { t } = useI18n()
  const [part, setPart] = useState(requested)
  useEffect(() => setPart(requested), [requested])
  const shown = parts.some(({ id }) => id === part) ? part : (parts[0]?.id ?? '')
  return (
    <aside className={`sheet${open ? '' : ' sheet--folded'}`} aria-label={t('panel.all')}>
      <Tabs
        className="sheet__tabs"
        selectedKey={shown}
        onSelectionChange={(key) => {
          setPart(String(key))
          onOpen(true)
        }}
      >
        <div className="sheet__head">
          <TabList className="tabs" aria-label={t('panel.all')}>
            {parts.map(({ id, title }) => (
              <Tab key={id} id={id} className="tab">
                {title}
              </Tab>
            ))}
          </TabList>
          <Button
            className="button button--icon"
            aria-expanded={open}
            aria-label={t(open ? 'panel.collapse' : 'panel.expand')}
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
