import { OBSERVATION_RETENTION_DAYS } from '#model/basics/retention.ts'
import type { LedgerCounts } from './ledger-watch.ts'
import type { Tally } from './tally.ts'

export type Outcome =
  | { kind: 'dry run' }
  | { kind: 'nothing' }
  | { kind: 'published'; acknowledged: number; detail: string }
  | { kind: 'processed'; acknowledged: number; ledger: LedgerCounts }
export type FileReport = {
  readonly name: string
  readonly format: string
  readonly tally: Tally
  readonly cells?: number
}

const number = new Intl.NumberFormat('en')
const n = (count: number, singular: string, plural = `${singular}s`): string =>
  `${number.format(count)} ${count === 1 ? singular : plural}`

/** Readable report of an import: first what was read, then the outcome. */
export function reportText(files: readonly FileReport[], outcome: Outcome, history: boolean): string {
  return [...files.flatMap(fileLines), '', ...outcomeLines(outcome), ...ageLines(files, history, outcome)]
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n')
}

function fileLines({ name, format, tally, cells }: FileReport): string[] {
  const lines = [`${name} (${format}): ${n(tally.rows, 'row')}`]
  if (tally.outside > 0)
    lines.push(`  ${n(tally.outside, 'row')} outside the city skipped (--everywhere includes them)`)
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
  if (outcome.kind === 'dry run') return ['dry run: nothing published']
  if (outcome.kind === 'nothing') return ['nothing to publish']
  const sent = `${n(outcome.acknowledged, 'message')} published and acknowledged by the broker`
  if (outcome.kind === 'published') return [sent, `outcome in the ingest unknown: ${outcome.detail}`]
  const { ledger, acknowledged } = outcome
  const lines = [
    sent,
    `the ingest processed ${number.format(ledger.processed)}: ${n(ledger.observationsStored, 'observation')} stored, ` +
      `${number.format(ledger.observationsDuplicate)} duplicate, ` +
      `${number.format(ledger.observationsConflict)} in conflict with a stored value of the same time (the stored one stays), ` +
      `${n(ledger.rejected, 'message')} and ${n(ledger.observationsRejected, 'value')} rejected`,
  ]
  if (ledger.processed < acknowledged)
    lines.push(
      `${n(acknowledged - ledger.processed, 'message')} still waiting in the broker; the ledger will count them`,
    )
  if (ledger.processed > acknowledged)
    lines.push('more than this import sent: the numbers include another import or repeated deliveries')
  if (ledger.rejected > 0 || ledger.observationsRejected > 0)
    lines.push('rejected messages and their reasons: GET /api/v1/ingest/rejected')
  return lines
}

function ageLines(files: readonly FileReport[], history: boolean, outcome: Outcome): string[] {
  const old = files.reduce((sum, { tally }) => sum + tally.old, 0)
  if (!history || old === 0 || outcome.kind === 'nothing') return []
  return [
    `${n(old, 'value')} are older than ${OBSERVATION_RETENTION_DAYS} days. Hourly and daily values are computed from them within minutes and stay; the raw`,
    `values are deleted ${OBSERVATION_RETENTION_DAYS} days after this import (docs/import.md).`,
  ]
}
