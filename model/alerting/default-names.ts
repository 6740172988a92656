/**
 * English names of the rules that every city begins with, by the id of the rule. Translations are messages `rule.<id>` of the
 * dashboard, of My street and of notifications; they hold until somebody gives the rule another name.
 */
export const DEFAULT_RULE_NAMES = {
  'default-silence': 'Device silent',
  'default-ledger': 'Ledger unbalanced',
  'default-queue': 'Messages wait for the database',
  'default-disk': 'Disk almost full',
  'default-certificate': 'Certificate expires',
  'default-legal-o3': 'Ozone: information or alert threshold',
  'default-legal-no2': 'Nitrogen dioxide: information or alert threshold',
  'default-legal-so2': 'Sulphur dioxide: information or alert threshold',
} as const
export type DefaultRuleId = keyof typeof DEFAULT_RULE_NAMES

/** What the name is translated by; null where somebody chose it. */
export function nameCodeOf({ id, name }: { readonly id: string; readonly name: string }): DefaultRuleId | null {
  const isDefault = Object.hasOwn(DEFAULT_RULE_NAMES, id) && DEFAULT_RULE_NAMES[id as DefaultRuleId] === name
  return isDefault ? (id as DefaultRuleId) : null
}
