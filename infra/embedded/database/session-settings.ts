/**
 * The settings of the shared session, which appear to every client as its own: loaded at the start of its turn, captured
 * when one of its statements may have changed them.
 */
import { BASE_SETTINGS } from './engine.ts'

/** Values by name, as `set_config` takes them. */
export type Settings = ReadonlyMap<string, string>

type Ask = (sql: string) => (string | null)[][]

const quote = (value: string) => `'${value.replaceAll("'", "''")}'`

const isSame = (a: Settings, b: Settings) =>
  a === b || (a.size === b.size && [...a].every(([name, value]) => b.get(name) === value))

export class SessionSettings {
  readonly #ask: Ask
  /** What every client starts from. */
  readonly base: Settings
  #loaded: Settings

  constructor(ask: Ask) {
    this.#ask = ask
    this.#apply(new Map(Object.entries(BASE_SETTINGS)))
    this.base = this.#read()
    this.#loaded = this.base
  }

  load(settings: Settings): void {
    if (isSame(this.#loaded, settings)) return
    this.#ask('reset all')
    this.#apply(settings)
    this.#loaded = settings
  }

  /** Back to the base settings. */
  restore(): void {
    this.#ask('reset all')
    this.#apply(this.base)
    this.#loaded = this.base
  }

  /** Changes some; throws what PostgreSQL says about a name or a value. */
  change(settings: Settings): Settings {
    this.#apply(settings)
    this.#loaded = this.#read()
    return this.#loaded
  }

  /** What the session has after statements of a client. */
  capture(): Settings {
    const now = this.#read()
    // what a client has reset goes back to where every client starts, not to how the build starts
    this.#apply(new Map([...this.base].filter(([name]) => !now.has(name))))
    this.#loaded = new Map([...this.base, ...now])
    return this.#loaded
  }

  #apply(settings: Settings): void {
    if (settings.size === 0) return
    const calls = [...settings].map(([name, value]) => `set_config(${quote(name)}, ${quote(value)}, false)`)
    this.#ask(`select ${calls.join(', ')}`)
  }

  #read(): Settings {
    const rows = this.#ask("select name, setting from pg_settings where source = 'session' order by name")
    return new Map(rows.map(([name, value]) => [name ?? '', value ?? '']))
  }
}
