/** Fields that a receiver's own template may use, as `{rule}`. */
export const TEMPLATE_FIELDS = [
  'city',
  'kind',
  'severity',
  'rule',
  'subject',
  'zone',
  'owner',
  'property',
  'value',
  'threshold',
  'started',
  'ended',
  'duration',
  'affected',
  'link',
] as const
export type TemplateField = (typeof TEMPLATE_FIELDS)[number]

const FIELD = /\{([^{}]*)\}/g

/** What is wrong with a template, with the list of valid fields; undefined when it is valid. */
export function templateProblem(template: string): string | undefined {
  const list = `valid fields: ${TEMPLATE_FIELDS.map((field) => `{${field}}`).join(', ')}`
  const unknown = [...template.matchAll(FIELD)].flatMap(([, name = '']) => (isField(name) ? [] : [`{${name}}`]))
  if (unknown.length > 0) return `unknown field ${unknown.join(', ')}; ${list}`
  return /[{}]/.test(template.replaceAll(FIELD, '')) ? `a brace without its counterpart; ${list}` : undefined
}

export const fillTemplate = (template: string, values: Readonly<Record<TemplateField, string>>): string =>
  template.replaceAll(FIELD, (all, name: string) => (isField(name) ? values[name] : all))

const isField = (name: string): name is TemplateField => TEMPLATE_FIELDS.some((field) => field === name)
