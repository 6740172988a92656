import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { PayloadDescription } from '#model/api/payloads.ts'
import { payloadsQuery } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { DescriptionForm } from './description-form.tsx'
import { EncodingChoice } from './encoding-choice.tsx'
import { descriptionOf } from './first-draft.ts'
import { openingsOf } from './opening.ts'

type DescribeDialogProps = {
  readonly topic: string
  readonly text: string
  readonly onClose: () => void
}

/** Describes the messages of a topic: a tree to click, then new and stored messages are read. */
export function DescribeDialog({ onClose, ...message }: DescribeDialogProps) {
  const { t } = useI18n()
  const { data, isPending } = useQuery(payloadsQuery)
  return (
    <FormDialog title={t('payload.title')} onClose={onClose}>
      {isPending ? (
        <p className="loading">{t('app.loading')}</p>
      ) : (
        <Opened {...message} described={data?.payloads ?? []} />
      )}
    </FormDialog>
  )
}

type OpenedProps = Omit<DescribeDialogProps, 'onClose'> & { readonly described: readonly PayloadDescription[] }

/** The message opened in one of the ways in which it can be; another way starts another description. */
function Opened({ topic, text, described }: OpenedProps) {
  const [openings] = useState(() => openingsOf(text, topic))
  const known = openings.find(({ encoding }) => descriptionOf(topic, encoding, described)) ?? openings[0]
  const [opening, setOpening] = useState(known)
  // a description that this form has just saved is not taken up again
  const [earlier] = useState(described)
  if (!opening) return null
  return (
    <>
      <EncodingChoice topic={topic} text={text} openings={openings} opening={opening} onChange={setOpening} />
      <DescriptionForm
        key={JSON.stringify(opening.encoding)}
        topic={topic}
        opening={opening}
        described={descriptionOf(topic, opening.encoding, earlier)}
      />
    </>
  )
}
