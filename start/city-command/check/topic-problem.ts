import { matches } from '#model/mqtt/topic-filters.ts'
import { suggestionFor } from '#model/text/suggest.ts'

const EXAMPLES = 5

/** Why a source stays silent, in words: the topics on which messages came, and a filter that would match them. */
export function topicProblem(filter: string, topics: readonly string[], seconds: number): string {
  const silent = `no message on "${filter}" within ${seconds} s`
  if (topics.length === 0) return `${silent}, and none on any other topic`
  const nearer = nearerFilter(filter, topics)
  if (nearer !== undefined) return `${silent}; did you mean "${nearer}"?`
  const roots = [...new Set(topics.map((topic) => topic.split('/')[0] ?? topic))]
  const more = roots.length > EXAMPLES ? ` and ${roots.length - EXAMPLES} more` : ''
  return `${silent}; messages came on ${roots
    .slice(0, EXAMPLES)
    .map((root) => `"${root}/#"`)
    .join(', ')}${more}`
}

/** The filter with its mistyped levels replaced by those of a topic, if it then matches. */
function nearerFilter(filter: string, topics: readonly string[]): string | undefined {
  const levels = filter.split('/')
  for (const topic of topics) {
    const given = topic.split('/')
    const mended = levels.map((level, at) => {
      const actual = given[at]
      if (level === '+' || level === '#' || actual === undefined || level === actual) return level
      return suggestionFor(level, [actual]) ?? level
    })
    // a root in front that the filter lacks: Tasmota's tele/# below home/
    for (const candidate of [mended.join('/'), [given[0], ...levels].join('/')])
      if (candidate !== filter && matches(candidate, topic)) return candidate
  }
  return undefined
}
