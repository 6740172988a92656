import { type ReactNode, useEffect, useRef } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useI18n } from '../i18n/formatters.ts'
import { Icon } from './icon.tsx'
import './form-dialog.css'

type FormDialogProps = { readonly title: string; readonly onClose: () => void; readonly children: ReactNode }

/** A form in a modal dialog: focus stays inside, Escape closes it. */
export function FormDialog({ title, onClose, children }: FormDialogProps) {
  const { t } = useI18n()
  const dialog = useRef<HTMLElement>(null)
  // a button that is disabled while it works loses the focus to the page, which no event tells
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (document.activeElement !== document.body) return
      if (event.key === 'Escape') onClose()
      else dialog.current?.focus()
    }
    document.addEventListener('keydown', onKeyDown, true)
    return () => document.removeEventListener('keydown', onKeyDown, true)
  }, [onClose])
  return (
    <ModalOverlay className="dialog" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="dialog__modal">
        <Dialog ref={dialog} className="dialog__body">
          <div className="dialog__head">
            <Heading slot="title" className="dialog__title">
              {title}
            </Heading>
            <Button className="button button--icon" aria-label={t('selection.close')} onPress={onClose}>
              <Icon name="close" />
            </Button>
          </div>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
