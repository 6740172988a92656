import { ladderOf, type WhoVerdict } from './who-rows.ts'

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

/** A value as a bar with marks at the guideline (bold) and the interim targets; the cells next to it have the same as text. */
export function LevelLadder({ verdict }: { verdict: WhoVerdict }) {
  const { fill, guideline, interim } = ladderOf(verdict)
  return (
    <span className="ladder" aria-hidden="true">
      <span
        className={verdict.exceeded ? 'ladder__fill ladder__fill--above' : 'ladder__fill'}
        style={{ inlineSize: percent(fill) }}
      />
      {interim.map((at) => (
        <span key={at} className="ladder__mark" style={{ insetInlineStart: percent(at) }} />
      ))}
      <span className="ladder__mark ladder__mark--guideline" style={{ insetInlineStart: percent(guideline) }} />
    </span>
  )
}
