/**
 * What a statement would do to the one session that all clients share.
 *
 * A server gives each client a session of its own. Here they take turns on one, so whatever outlives a transaction
 * has to be handled by name: carried from turn to turn (settings, protocol-level prepared statements), held
 * exclusively (advisory locks), ended with the transaction (temporary tables), or refused with a reason.
 */

export interface StatementEffect {
  /** Why the embedded database does not run it; undefined when it does. */
  refused?: string
  /** Session settings may differ afterwards. */
  settings: boolean
  /** Temporary tables may exist afterwards. */
  temporary: boolean
  /** Session-level advisory locks may be held or released afterwards. */
  advisory: boolean
  /** Text to run instead. */
  instead?: string
  /** The client gives up its prepared statements. */
  forgets: boolean
}

const NONE: StatementEffect = { settings: false, temporary: false, advisory: false, forgets: false }

// Most statements have none of these effects and need no closer examination.
const SUSPICIOUS =
  /\b(copy|listen|unlisten|prepare|hold|advisory|set|reset|set_config|discard|temp|temporary|deallocate|role)\b|advisory/i

const REFUSED: readonly [RegExp, string][] = [
  [
    /^copy\b[\s\S]*\bfrom\s+stdin\b/i,
    'COPY FROM STDIN is not available in the embedded database: insert arrays with unnest()',
  ],
  [/^listen\b/i, 'LISTEN is not available in the embedded database: subscribe to the MQTT broker'],
  [/^prepare\b/i, 'PREPARE is not available in the embedded database: use named statements of the wire protocol'],
  [
    /^declare\b[\s\S]*\bwith\s+hold\b/i,
    'cursors WITH HOLD are not available in the embedded database: keep the transaction open',
  ],
]

const FORGET_ALL = /^(discard\s+all|deallocate\s+(prepare\s+)?all)$/i
const SETS = /^(set\s+(?!local\b|transaction\b|constraints\b)|reset\b)/i
const MAKES_TEMPORARY = /\b(temp|temporary)\b/i
const ADVISORY = /pg_(try_)?advisory_(un)?lock/i

const known = new Map<string, StatementEffect>()
const KNOWN_LIMIT = 500
const KNOWN_TEXT_LIMIT = 4_096

/** Effect of a text of one or more statements. */
export function effectOf(sql: string): StatementEffect {
  if (!SUSPICIOUS.test(sql)) return NONE
  const remembered = known.get(sql)
  if (remembered) return remembered
  const effect = examine(sql)
  if (sql.length <= KNOWN_TEXT_LIMIT) {
    if (known.size >= KNOWN_LIMIT) known.clear()
    known.set(sql, effect)
  }
  return effect
}

function examine(sql: string): StatementEffect {
  const statements = withoutLiterals(sql)
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
  const effect: StatementEffect = {
    ...NONE,
    // functions are searched for in the complete text: a DO block calls them from inside a literal
    settings: /set_config/i.test(sql) || statements.some((statement) => SETS.test(statement)),
    temporary: statements.some((statement) => MAKES_TEMPORARY.test(statement)),
    advisory: ADVISORY.test(sql),
  }
  for (const statement of statements) {
    const refusal = REFUSED.find(([pattern]) => pattern.test(statement))
    if (refusal) return { ...effect, refused: refusal[1] }
    if (!FORGET_ALL.test(statement)) continue
    if (statements.length > 1) return { ...effect, refused: `${statement} must be sent alone` }
    // the statements of the other clients live in the same session
    return {
      ...effect,
      forgets: true,
      settings: true,
      instead: /^discard/i.test(statement) ? 'reset all' : 'do $$begin end$$',
    }
  }
  return effect
}

/** The text with comments, quoted names, strings and dollar-quoted bodies blanked out. */
export function withoutLiterals(sql: string): string {
  return sql.replace(
    /--[^\n]*|\/\*[\s\S]*?\*\/|\be'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$/gi,
    ' ',
  )
}
