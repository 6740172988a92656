/** The parts of an OpenAPI document that the page shows. */
type Schema = {
  $ref?: string
  type?: string | string[]
  format?: string
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  prefixItems?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  default?: unknown
  minimum?: number
  maximum?: number
  additionalProperties?: Schema | boolean
}
type Parameter = { name: string; in: string; required?: boolean; description?: string; schema?: Schema }
type Body = { content?: Record<string, { schema?: Schema }> }
type Operation = {
  tags?: string[]
  summary?: string
  description?: string
  security?: unknown[]
  parameters?: Parameter[]
  requestBody?: Body
  responses?: Record<string, Body & { description?: string }>
}
export type OpenApiDocument = {
  info: { title: string; version: string; description?: string }
  tags?: { name: string; description?: string }[]
  paths?: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> }
}

const safe = (text: unknown): string =>
  String(text).replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign)

/** Text as it is written in the document, `code` in its own face. */
const prose = (text: string): string => safe(text).replace(/`([^`]+)`/g, '<code>$1</code>')

/** A readable page of the API in one response. */
export function renderDocs(document: OpenApiDocument, basePath: string): string {
  const { info, tags = [], paths = {}, components } = document
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation, id: idOf(method, path) })),
  )
  const groups = tags.map((tag) => ({
    tag,
    operations: operations.filter((each) => each.operation.tags?.[0] === tag.name),
  }))
  const nav = groups.map(({ tag, operations }) => {
    const links = operations.map(
      ({ id, method, path }) => `<li><a href="#${id}"><b class="${method}">${method}</b> ${safe(path)}</a></li>`,
    )
    return `<h2>${safe(tag.name)}</h2><ul>${links.join('')}</ul>`
  })
  const main = groups.map(
    ({ tag, operations }) => `<section><h2>${safe(tag.name)}</h2><p>${prose(tag.description ?? '')}</p>
    ${operations.map(renderOperation).join('')}</section>`,
  )
  const named = Object.entries(components?.schemas ?? {}).filter(([name]) => !name.endsWith('Input'))
  const schemas = named.map(
    ([name, schema]) => `<article id="schema-${safe(name)}"><h3>${safe(name)}</h3>${renderSchema(schema)}</article>`,
  )
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<title>${safe(info.title)} API</title><style>${STYLE}</style></head><body>
<nav aria-label="Operations"><a class="home" href="${basePath}/">${safe(info.title)}</a>${nav.join('')}</nav>
<main><h1>${safe(info.title)} API <small>${safe(info.version)}</small></h1><p>${prose(info.description ?? '')}</p>
<p>For programs: <a href="${basePath}/openapi.json">openapi.json</a> (OpenAPI 3.1). To send requests from the browser: <a href="${basePath}/docs/try">Try it</a>.</p>
${main.join('')}<section><h2>schemas</h2>${schemas.join('')}</section></main></body></html>`
}

const idOf = (method: string, path: string): string => `${method}${path.replace(/[^A-Za-z0-9]+/g, '-')}`

type Entry = { path: string; method: string; operation: Operation; id: string }

function renderOperation({ path, method, operation, id }: Entry): string {
  const body = operation.requestBody && schemaOf(operation.requestBody)
  const key = operation.security
    ? '<p class="key">Needs the key: <code>Authorization: Bearer &lt;key&gt;</code></p>'
    : ''
  const answers = Object.entries(operation.responses ?? {}).map(([status, answer]) => {
    const schema = schemaOf(answer)
    const label = status === 'default' ? 'otherwise' : status
    return `<details${status === '200' ? ' open' : ''}><summary>${safe(label)} <span>${safe(mediaOf(answer))}</span></summary>${schema ? renderSchema(schema) : ''}</details>`
  })
  return `<article id="${id}"><h3><b class="${method}">${method}</b> <code>${safe(path)}</code></h3>
    <p>${prose(operation.summary ?? '')}</p>${operation.description ? `<p>${prose(operation.description)}</p>` : ''}${key}
    ${renderParameters(operation.parameters ?? [])}${body ? `<h4>Body</h4>${renderSchema(body)}` : ''}<h4>Answers</h4>${answers.join('')}</article>`
}

const schemaOf = (body: Body): Schema | undefined => Object.values(body.content ?? {})[0]?.schema
const mediaOf = (body: Body): string => Object.keys(body.content ?? {})[0] ?? ''

function renderParameters(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return ''
  const rows = parameters.map(({ name, required, description, schema = {} }) => {
    const preset = schema.default === undefined ? '' : ` = ${safe(JSON.stringify(schema.default))}`
    const must = required ? ' <em>required</em>' : ''
    return `<tr><th scope="row"><code>${safe(name)}</code>${must}</th><td>${typeOf(schema)}${preset}</td><td>${prose(description ?? schema.description ?? '')}</td></tr>`
  })
  return `<table><caption>Parameters</caption><tbody>${rows.join('')}</tbody></table>`
}

function renderSchema(schema: Schema): string {
  const shape = shapeOf(schema)
  if (!shape?.properties) return `<p>${typeOf(schema)}</p>`
  const rows = Object.entries(shape.properties).map(([name, property]) => {
    const mark = shape.required?.includes(name) ? '' : '?'
    const inner = shapeOf(property) ? renderSchema(property) : ''
    return `<li><code>${safe(name)}${mark}</code> ${typeOf(property)} <span>${prose(property.description ?? '')}</span>${inner}</li>`
  })
  return `<ul class="shape">${rows.join('')}</ul>`
}

/** The object to describe: the schema itself, the items of a list, or the one choice among several that has fields. */
function shapeOf(schema: Schema): Schema | undefined {
  if (schema.properties) return schema
  if (schema.items) return shapeOf(schema.items)
  const shapes = (schema.anyOf ?? schema.oneOf ?? []).flatMap((choice) => shapeOf(choice) ?? [])
  return shapes.length === 1 ? shapes[0] : undefined
}

function typeOf(schema: Schema): string {
  if (schema.$ref) {
    const name = safe(
      schema.$ref
        .split('/')
        .at(-1)
        ?.replace(/Input$/, '') ?? '',
    )
    return `<a href="#schema-${name}">${name}</a>`
  }
  if (schema.enum) return schema.enum.map((value) => safe(JSON.stringify(value))).join(' | ')
  if (schema.const !== undefined) return safe(JSON.stringify(schema.const))
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return choices.map(typeOf).join(' | ')
  if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(', ')}]`
  if (schema.items) return `array of ${typeOf(schema.items)}`
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'any')
  return `${safe(type)}${schema.format ? ` (${safe(schema.format)})` : ''}${rangeOf(schema)}`
}

/** Bounds a person would want to know; those of a 53-bit integer are none. */
function rangeOf({ minimum, maximum }: Schema): string {
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? `${minimum} ≤ ` : ''
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` ≤ ${maximum}` : ''
  return low || high ? ` (${low}x${high})` : ''
}

const STYLE = `
:root{color-scheme:light dark;--ink:light-dark(#1d2733,#e4e9ef);--soft:light-dark(#5a6675,#9aa7b6);--line:light-dark(#dde3ea,#2c3743);--back:light-dark(#fff,#12181f);--panel:light-dark(#f5f7f9,#182029);--accent:light-dark(#0b5cad,#7ab8ff)}
*{box-sizing:border-box}body{margin:0;font:15px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--back);display:grid;grid-template-columns:20rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem 1rem;background:var(--panel);border-inline-end:1px solid var(--line);font-size:13px}
nav ul{list-style:none;margin:0;padding:0}nav li a{display:block;padding:.15rem .25rem;color:inherit;text-decoration:none;overflow-wrap:anywhere}nav li a:hover{text-decoration:underline}
nav h2{font-size:12px;margin:1.2rem 0 .3rem;color:var(--soft)}.home{font-weight:650;font-size:16px;color:inherit;text-decoration:none}
main{padding:2rem clamp(1rem,4vw,3.5rem);max-width:64rem}h1{font-size:26px;margin:0}h1 small{font-size:14px;color:var(--soft);font-weight:400}
section>h2{margin:3rem 0 0;font-size:20px}section>h2::first-letter{text-transform:uppercase}article{border-block-start:1px solid var(--line);padding-block:1.2rem;scroll-margin-top:1rem}
h3{margin:0;font-size:15px;overflow-wrap:anywhere}h4{margin:1rem 0 .25rem;font-size:13px;color:var(--soft)}p{margin:.35rem 0}a{color:var(--accent)}code{font:13px ui-monospace,monospace}
b{display:inline-block;min-width:3.4em;font:600 11px ui-monospace,monospace;text-transform:uppercase;color:var(--soft)}b.post,b.put,b.patch{color:light-dark(#8a4b00,#f0b46b)}
table{border-collapse:collapse;width:100%;font-size:14px;margin-block:.75rem}caption{text-align:start;font-size:13px;color:var(--soft)}th,td{text-align:start;vertical-align:top;padding:.35rem .75rem .35rem 0;border-block-end:1px solid var(--line);font-weight:400}
em{font-size:12px;color:var(--soft)}summary{cursor:pointer}summary span,.shape span{color:var(--soft)}.shape{list-style:none;margin:.25rem 0;padding-inline-start:1rem;border-inline-start:2px solid var(--line);font-size:14px}.key{font-size:14px;color:light-dark(#8a4b00,#f0b46b)}
@media(max-width:56rem){body{grid-template-columns:minmax(0,1fr)}nav{position:static;height:auto;border:0}}`
