import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Plugin } from 'vite'
import { isTranslated } from './is-translated.ts'

type Messages = Readonly<Record<string, string>>
const read = (file: string): Messages => JSON.parse(readFileSync(file, 'utf8')) as Messages

/** Ids of the frame of the page, which is shown before any view: header, navigation, signing in, live indicator, errors. */
const FRAME = /^(app|live|nav|problem|role|session|shell)\./

/**
 * Messages as the pages load them. A catalogue takes what it does not have yet from the English one next to it. That of the
 * dashboard comes in two parts, `fr.json?frame` and `fr.json?views`, because the frame is painted before any view is there
 * (test/e2e/byte-budget.test.ts).
 */
export const catalogues: Plugin = {
  name: 'catalogues',
  enforce: 'pre',
  load(id) {
    const [file = '', part] = id.split('?')
    if (!/\/(i18n|messages)\/[\w-]+\.json$/.test(file) || basename(file) === 'review.json') return undefined
    const own = read(file)
    const english = Object.entries(read(join(dirname(file), 'en.json')))
    const complete = english.map(([key, text]) => [key, isTranslated(own[key], text) ? own[key] : text])
    const wanted = complete.filter(([key = '']) => part === undefined || FRAME.test(key) === (part === 'frame'))
    const json = JSON.stringify(Object.fromEntries(wanted))
    if (part === undefined) return json
    // parsed as JSON, which takes half the time of an object literal (v8.dev/blog/cost-of-javascript-2019#json)
    return { code: `export default JSON.parse(${JSON.stringify(json)})`, moduleType: 'js' }
  },
}
