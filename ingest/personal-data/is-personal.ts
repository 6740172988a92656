import type { IngestMessage } from '../message/ingest-message.ts'

/** Of a message with personal data only the length is stored. */
export const isPersonal = ({ failure, problems }: Pick<IngestMessage, 'failure' | 'problems'>): boolean =>
  failure?.reason === 'personal_data' || problems.some(({ reason }) => reason === 'personal_data')
