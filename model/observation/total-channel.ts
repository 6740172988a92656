/**
 * Names that senders give to the whole next to its parts, in the languages of the dashboard and of common meters. Three phases
 * written together are the whole as well.
 */
const WORDS =
  'totals?|totale?|totaal|gesamt|summe|somme|suma|sum|all|overall|combined|всего|итого|сумма|总计|合计|المجموع|الإجمالي'
const PHASES = '(?:l1[-+_ ]?l2[-+_ ]?l3|l123|a[-+_ ]?b[-+_ ]?c)'
const WHOLE = new RegExp(`^(?:(.*)\\.)?(?:${WORDS}|${PHASES})$`, 'iu')

/** The channel that a channel is the total of: '' for `Total`, `kitchen` for `kitchen.total`; undefined for a part. */
export function totalledBy(channel: string): string | undefined {
  const match = WHOLE.exec(channel)
  return match ? (match[1] ?? '') : undefined
}

/** Whether a channel is the whole of its Thing: that without a name, or one named as a total. */
export const isWhole = (channel: string): boolean => channel === '' || totalledBy(channel) === ''
