/** What an OpenStreetMap extract consists of (https://wiki.openstreetmap.org/wiki/Elements). */
export type Tags = Readonly<Record<string, string>>
export type OsmNode = { readonly type: 'node'; readonly id: number; readonly lon: number; readonly lat: number }
export type OsmWay = {
  readonly type: 'way'
  readonly id: number
  readonly refs: readonly number[]
  readonly tags?: Tags
}
export type Member = { readonly type: string; readonly ref: number; readonly role: string }
export type OsmRelation = {
  readonly type: 'relation'
  readonly id: number
  readonly members: readonly Member[]
  readonly tags?: Tags
}
export type OsmElement = OsmNode | OsmWay | OsmRelation
