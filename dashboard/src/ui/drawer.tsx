import { type ReactNode, useEffect, useRef } from 'react'
import { Button, Dialog, Modal, ModalOverlay } from 'react-aria-components'
import { useI18n } from '../i18n/formatters.ts'
import { useNarrow } from '../state/theme.ts'
import { Icon } from './icon.tsx'
import './drawer.css'

type DrawerProps = { readonly label: string; readonly onClose: () => void; readonly children: ReactNode }

/** Details next to the page, or over it on a narrow screen. */
export function Drawer({ label, onClose, children }: DrawerProps) {
  const narrow = useNarrow()
  if (!narrow) return <SideDrawer {...{ label, onClose }}>{children}</SideDrawer>
  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="overlay__modal">
        <Dialog className="overlay__dialog" aria-label={label}>
          <CloseButton onClose={onClose} />
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function SideDrawer({ label, onClose, children }: DrawerProps) {
  const aside = useRef<HTMLElement>(null)
  useEffect(() => aside.current?.focus(), [])
  return (
    <aside ref={aside} className="drawer" tabIndex={-1} aria-label={label}>
      <CloseButton onClose={onClose} />
      {children}
    </aside>
  )
}

function CloseButton({ onClose }: { onClose: () => void }) {
  const { t } = useI18n()
  return (
    <Button className="button button--icon drawer__close" aria-label={t('selection.close')} onPress={onClose}>
      <Icon name="close" />
    </Button>
  )
}
