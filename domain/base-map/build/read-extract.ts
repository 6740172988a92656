import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { OSMTransform } from 'osm-pbf-parser-node'
import sax from 'sax'
import { AppError } from '#model/basics/errors.ts'
import type { Member, OsmElement, OsmNode, OsmRelation, OsmWay } from './elements.ts'

const CHUNK_BYTES = 4 * 1024 ** 2

/** What is done with each kind of element; of kinds that are left out nothing is read. */
export type Visitor = {
  readonly node?: (node: OsmNode) => void
  readonly way?: (way: OsmWay) => void
  readonly relation?: (relation: OsmRelation) => void
}
type Visit = (element: OsmElement) => void

/**
 * Reads an extract from its beginning to its end, holding a part of it at a time.
 * @throws AppError EXTRACT_INVALID saying what is wrong with it
 */
export async function readExtract(path: string, visitor: Visitor): Promise<void> {
  const visit: Visit = (element) => {
    if (element.type === 'node') visitor.node?.(element)
    else if (element.type === 'way') visitor.way?.(element)
    else if (element.type === 'relation') visitor.relation?.(element)
  }
  try {
    await (/\.pbf$/i.test(path) ? readPbf(path, visitor, visit) : readXml(path, visit))
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('EXTRACT_INVALID', `${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

async function readPbf(path: string, { way, relation }: Visitor, visit: Visit): Promise<void> {
  const withTags = { node: false, way: way !== undefined, relation: relation !== undefined }
  await pipeline(
    createReadStream(path, { highWaterMark: CHUNK_BYTES }),
    new OSMTransform({ withTags }),
    async (batches: AsyncIterable<OsmElement[]>) => {
      for await (const batch of batches) for (const element of batch) visit(element)
    },
  )
}

/** What is being read of an XML file: https://wiki.openstreetmap.org/wiki/OSM_XML */
type Open = { type: 'way' | 'relation'; id: number; refs: number[]; members: Member[]; tags: Record<string, string> }

async function readXml(path: string, visit: Visit): Promise<void> {
  const parser = sax.parser(true)
  let open: Open | undefined
  let root: string | undefined
  parser.onopentag = ({ name, attributes: given }) => {
    const attributes = given as Record<string, string>
    const id = Number(attributes['id'])
    root ??= name
    if (name === 'node') visit({ type: 'node', id, lon: Number(attributes['lon']), lat: Number(attributes['lat']) })
    else if (name === 'way' || name === 'relation') open = { type: name, id, refs: [], members: [], tags: {} }
    else if (open) addTo(open, name, attributes)
  }
  parser.onclosetag = (name) => {
    if (!open || name !== open.type) return
    const { type, id, refs, members, tags } = open
    visit(type === 'way' ? { type, id, refs, tags } : { type: 'relation', id, members, tags })
    open = undefined
  }
  // the parser forgets its own error when it ends
  let failure: Error | undefined
  parser.onerror = (error) => {
    failure ??= error
  }
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    parser.write(decoder.decode(chunk as Buffer, { stream: true }))
    if (failure) throw failure
    if (root !== undefined && root !== 'osm') throw new Error(`its root is <${root}>, not <osm>`)
  }
  parser.close()
  if (failure) throw failure
  if (root === undefined) throw new Error('it is empty')
}

function addTo(open: Open, name: string, attributes: Record<string, string>): void {
  const { k = '', v = '', ref, type = '', role = '' } = attributes
  if (name === 'tag') open.tags[k] = v
  else if (name === 'nd') open.refs.push(Number(ref))
  else if (name === 'member') open.members.push({ type, ref: Number(ref), role })
}
