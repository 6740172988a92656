import sax from 'sax'

/** Elements may be nested so deep, and a document may have so many elements and attributes. */
const MAX_DEPTH = 64
const MAX_NODES = 200_000

type Element = { readonly name: string; readonly children: Map<string, unknown>; text: string }

/**
 * XML as the object that a JSON form would have: elements by name without prefix, attributes as `@name`, an element that
 * occurs twice as a list, one without children and attributes as its text, one with attributes only as `{ "@…", value }`.
 * Document types are refused, so that there are no entities to expand but those of XML itself.
 */
export function parseXml(text: string): { readonly root: unknown } | { readonly problem: string } {
  try {
    return { root: read(text) }
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return { problem: `the XML is refused: ${line.slice(0, 100)}` }
  }
}

function read(text: string): unknown {
  const parser = sax.parser(true, { position: false })
  const open: Element[] = [{ name: '', children: new Map(), text: '' }]
  let nodes = 0
  const top = (): Element | undefined => open.at(-1)
  parser.onerror = (error) => {
    throw error
  }
  parser.ondoctype = () => {
    throw new Error('it declares a document type')
  }
  parser.onopentag = ({ name, attributes }) => {
    const element: Element = { name: localName(name), children: new Map(), text: '' }
    for (const [key, value] of Object.entries(attributes))
      if (!/^xmlns(:|$)/.test(key)) element.children.set(`@${localName(key)}`, value)
    nodes += 1 + element.children.size
    if (nodes > MAX_NODES) throw new Error(`it has more than ${MAX_NODES} elements and attributes`)
    if (open.length > MAX_DEPTH) throw new Error(`its elements are nested deeper than ${MAX_DEPTH}`)
    open.push(element)
  }
  parser.ontext = parser.oncdata = (part) => {
    const element = top()
    if (element) element.text += part
  }
  parser.onclosetag = () => {
    const element = open.pop()
    const parent = top()
    if (element && parent) append(parent.children, element.name, contentOf(element))
  }
  parser.write(text).close()
  return Object.fromEntries(top()?.children ?? [])
}

const localName = (name: string): string => name.slice(name.lastIndexOf(':') + 1)

function contentOf({ children, text }: Element): unknown {
  const value = text.trim()
  if (children.size === 0) return value
  return Object.fromEntries(value === '' || children.has('value') ? children : [...children, ['value', value]])
}

function append(children: Map<string, unknown>, name: string, value: unknown): void {
  const known = children.get(name)
  if (Array.isArray(known)) known.push(value)
  else children.set(name, children.has(name) ? [known, value] : value)
}
