import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const SOURCES = resolve(import.meta.dirname, '../../../dashboard/src')
const filesWith = (ending: RegExp): string[] =>
  readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => ending.test(file))

/**
 * Names of sides that have a logical counterpart (CSS Logical Properties and Values Level 1): pages in Arabic are mirrored
 * by `dir` alone. Whatever moves along the x axis needs a rule for `[dir="rtl"]`, which this finds by its name.
 */
const PHYSICAL = [
  /\b(margin|padding|border|scroll-margin|scroll-padding)-(left|right)\b/,
  /(?<![\w-])(left|right)\s*:/,
  /\b(text-align|float|clear)\s*:\s*(left|right)\b/,
  /\bborder-(top|bottom)-(left|right)-radius\b/,
  /\btranslate(X|3d)\(/,
]

test('style sheets name no left and right where a logical property exists', () => {
  const found = filesWith(/\.css$/).flatMap((file) =>
    readFileSync(join(SOURCES, file), 'utf8')
      .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
      .split('\n')
      .flatMap((line, index) =>
        PHYSICAL.some((side) => side.test(line)) ? [`${file}:${index + 1} ${line.trim()}`] : [],
      ),
  )
  expect(found).toEqual([])
})

/** Drawn in coordinates of a canvas, an SVG or a map, whose x axis is not mirrored: time, values and east. */
const DRAWN = new Set(['indicators/history-chart.tsx', 'map/canvas/stage.ts', 'map/marks/shape-icons.ts'])
const INLINE =
  /\b(marginLeft|marginRight|paddingLeft|paddingRight|borderLeft|borderRight)\b|\b(left|right): |textAlign: '(left|right)'/

test('components set no left and right themselves', () => {
  const found = filesWith(/\.tsx?$/)
    .filter((file) => !DRAWN.has(file))
    .flatMap((file) =>
      readFileSync(join(SOURCES, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => (INLINE.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : [])),
    )
  expect(found).toEqual([])
})
