import { OBSERVATION_RETENTION_DAYS } from '#model/basics/retention.ts'
import type { Books } from './ledger-watch.ts'
import type { Tally } from './tally.ts'

export type Outcome =
  | { kind: 'dry run' }
  | { kind: 'nothing' }
  | { kind: 'published'; acknowledged: number; why: string }
  | { kind: 'settled'; acknowledged: number; books: Books }
export type FileReport = {
  readonly name: string
  readonly format: string
  readonly tally: Tally
  readonly cells?: number
}

const number = new Intl.NumberFormat('en')
const n = (count: number, one: string, many = `${one}s`): string =>
  `${number.format(count)} ${count === 1 ? one : many}`

/** What an import did, in words for people; the first lines say what was read, the last what became of it. */
export function reportText(files: readonly FileReport[], outcome: Outcome, history: boolean): string {
  return [...files.flatMap(fileLines), '', ...outcomeLines(outcome), ...ageLines(files, history, outcome)]
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n')
}

function fileLines({ name, format, tally, cells }: FileReport): string[] {
  const lines = [`${name} (${format}): ${n(tally.rows, 'row')}`]
  if (tally.outside > 0) lines.push(`  ${n(tally.outside, 'row')} outside the city left out (--everywhere takes them)`)
  if (cells !== undefined) lines.push(`  ${n(cells, 'Thing')} for things.csv`)
  else
    lines.push(
      `  ${n(tally.values, 'value')} of ${n(tally.things.size, 'Thing')} in ${n(tally.messages, 'message')}${span(tally)}`,
    )
  for (const [reason, { count, example }] of tally.problems)
    lines.push(`  not usable, ${reason}: ${number.format(count)}, the first: ${example}`)
  return lines
}

const span = ({ from, to, values }: Tally): string =>
  values === 0 ? '' : `, from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}`

function outcomeLines(outcome: Outcome): string[] {
  if (outcome.kind === 'dry run') return ['dry run: nothing was published']
  if (outcome.kind === 'nothing') return ['there was nothing to publish']
  const sent = `${n(outcome.acknowledged, 'message')} published and acknowledged by the broker`
  if (outcome.kind === 'published') return [sent, `what the ingest made of them was not seen: ${outcome.why}`]
  const { books, acknowledged } = outcome
  const lines = [
    sent,
    `the ingest settled ${number.format(books.settled)}: ${n(books.observationsStored, 'observation')} stored, ` +
      `${number.format(books.observationsDuplicate)} known already, ` +
      `${number.format(books.observationsConflict)} of a known time with another value (the first is kept), ` +
      `${n(books.rejected, 'message')} and ${n(books.observationsRejected, 'value')} rejected`,
  ]
  if (books.settled < acknowledged)
    lines.push(`${n(acknowledged - books.settled, 'message')} wait in the broker still; the ledger will show them`)
  if (books.settled > acknowledged)
    lines.push('more than this import sent: another import, or messages delivered twice, are in these numbers')
  if (books.rejected > 0 || books.observationsRejected > 0)
    lines.push('what was rejected is kept, with its reason: GET /api/v1/ingest/rejected')
  return lines
}

function ageLines(files: readonly FileReport[], history: boolean, outcome: Outcome): string[] {
  const old = files.reduce((sum, { tally }) => sum + tally.old, 0)
  if (!history || old === 0 || outcome.kind === 'nothing') return []
  return [
    `${n(old, 'value')} are older than ${OBSERVATION_RETENTION_DAYS} days. Hourly and daily values are made of them within minutes and stay; the raw`,
    `values are deleted ${OBSERVATION_RETENTION_DAYS} days after this import (docs/import.md).`,
  ]
}
