import type { PointMark } from './model.ts'

/** Writes the hints of all marks of a layer. Replaced with every batch, so that a mark that is kept says what is so now. */
export type Hints<Of> = { hintOf: (of: Of) => string }

/**
 * A mark whose hint is written when it is pointed at. It knows what it is a mark of and who writes hints, but nothing of its batch, which it
 * would hold for as long as it is kept. A class, since there are 100,000 of them: a getter of each object's own takes ten times the memory.
 */
class HintedPoint<Of> implements PointMark {
  readonly id: string
  readonly name: string
  readonly position: PointMark['position']
  readonly colour: PointMark['colour']
  readonly trust: PointMark['trust']
  readonly confirmed: boolean
  readonly radius: number
  readonly shape: PointMark['shape']
  readonly label: string
  readonly #of: Of
  readonly #hints: Hints<Of>

  constructor(look: Omit<PointMark, 'hint'>, of: Of, hints: Hints<Of>) {
    this.id = look.id
    this.name = look.name
    this.position = look.position
    this.colour = look.colour
    this.trust = look.trust
    this.confirmed = look.confirmed
    this.radius = look.radius
    this.shape = look.shape
    this.label = look.label
    this.#of = of
    this.#hints = hints
  }

  get hint(): string {
    return this.#hints.hintOf(this.#of)
  }
}

export const hintedPoint = <Of>(look: Omit<PointMark, 'hint'>, of: Of, hints: Hints<Of>): PointMark =>
  new HintedPoint(look, of, hints)
