import type { ReactNode } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useI18n } from '../i18n/formatters.ts'
import { Icon } from './icon.tsx'
import './form-dialog.css'

type FormDialogProps = { readonly title: string; readonly onClose: () => void; readonly children: ReactNode }

/** A form in a modal dialog: focus stays inside, Escape closes it. */
export function FormDialog({ title, onClose, children }: FormDialogProps) {
  const { t } = useI18n()
  return (
    <ModalOverlay className="dialog" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="dialog__modal">
        <Dialog className="dialog__body">
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
