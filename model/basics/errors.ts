/**
 * Every error a person or a program can meet has a code, a status and a sentence that says what to do next.
 * One handler turns it into problem+json (RFC 9457); the command line prints the same sentence.
 */
const CODES = {
  // requests
  REQUEST_INVALID: { status: 400, text: (detail: string) => detail },
  INTERVAL_REVERSED: { status: 400, text: (detail: string) => `from must lie before to (${detail})` },
  QUERY_TOO_LARGE: { status: 413, text: (detail: string) => detail },
  QUERY_TIMEOUT: {
    status: 504,
    text: () => 'the database took too long over this; ask for a shorter interval, a coarser `every` or a smaller area',
  },
  ANSWER_TIMEOUT: {
    status: 503,
    text: (seconds: string) =>
      `the server is busy, and this was not ready within ${seconds} s; it is still being worked out: repeat the request`,
  },
  HOST_UNKNOWN: {
    status: 421,
    text: (host: string) =>
      `this server does not answer to the name "${host}"; add it to ALLOWED_HOSTS, or open the server as localhost or by its address`,
  },
  TOO_MANY_CLIENTS: { status: 503, text: (detail: string) => detail },
  PERIOD_INVALID: {
    status: 400,
    text: (period: string) =>
      `"${period}" is no period; use a year (2026), a quarter (2026-Q2), a month (2026-05), a day (2026-05-31) or last-24h, last-7d, last-30d, last-365d`,
  },
  KEY_REQUIRED: {
    status: 401,
    text: () =>
      'this is not open to everybody: sign in, or send the key or a service token as "Authorization: Bearer <key>"',
  },
  PERMISSION_MISSING: {
    status: 403,
    text: (permission: string) =>
      `your role does not have the permission ${permission}; an administrator of the city can give you another role`,
  },
  SESSION_ENDED: { status: 401, text: () => 'your session has ended; sign in again' },
  SIGN_IN_FAILED: { status: 401, text: () => 'this did not work: name, password or code is wrong' },
  CODE_REQUIRED: {
    status: 401,
    text: () => 'this account has a second factor: send `code` as well, of the authenticator app or a recovery code',
  },
  PASSWORD_EXPIRED: {
    status: 401,
    text: () => 'this temporary password has expired; ask an administrator of the city for a new one',
  },
  PASSWORD_CHANGE_REQUIRED: {
    status: 403,
    text: () => 'this password was set by somebody else: change it first (PUT /api/v1/account/password)',
  },
  ROLE_MISSING: {
    status: 403,
    text: () =>
      'the identity provider knows you, and none of your groups has a role in this city; ask an administrator',
  },
  ORIGIN_REFUSED: {
    status: 403,
    text: (origin: string) =>
      `a request with a session must come from a page of this server, and its origin is "${origin.slice(0, 100)}"; programs use a service token`,
  },
  ACCOUNT_UNKNOWN: { status: 404, text: (id: string) => `no account with id ${id}; GET /api/v1/accounts lists them` },
  ACCOUNT_TAKEN: { status: 409, text: (name: string) => `there is an account named "${name}" already` },
  TOKEN_UNKNOWN: { status: 404, text: (id: string) => `no token with id ${id}, or it was revoked already` },
  OUTSIDE_RESTRICTION: {
    status: 403,
    text: (what: string) => `your account is limited to certain zones or owners, and ${what} is not among them`,
  },
  ACCOUNT_REQUIRED: {
    status: 403,
    text: () => 'this belongs to an account: sign in with one; the key and service tokens have none',
  },
  NOT_FOUND: { status: 404, text: (what: string) => `${what} does not exist` },
  ZONE_UNKNOWN: { status: 404, text: (key: string) => `no zone with key "${key}"; GET /api/v1/zones lists them` },
  THING_UNKNOWN: { status: 404, text: (key: string) => `no Thing with key "${key}"; GET /api/v1/things lists them` },
  KEY_TAKEN: {
    status: 409,
    text: (detail: string) => `this key is in use: ${detail}; merge the two, or choose another key`,
  },
  SELECTION_CHANGED: { status: 409, text: (detail: string) => detail },
  DATASTREAM_UNKNOWN: {
    status: 404,
    text: (id: string) => `no Datastream with id ${id}; GET /api/v1/things lists them`,
  },
  LANGUAGE_UNKNOWN: {
    status: 404,
    text: (tag: string) => `the city adds no messages to the language "${tag}"; GET /api/v1/city lists its languages`,
  },
  PROPERTY_UNKNOWN: { status: 404, text: (name: string) => `no observed property named "${name}"` },
  INDICATOR_UNKNOWN: {
    status: 404,
    text: (code: string) => `no indicator with code "${code}"; GET /api/v1/indicators lists them`,
  },
  SURVEY_UNKNOWN: { status: 404, text: (id: string) => `no survey with id "${id}"; GET /api/v1/surveys lists them` },
  SURVEY_IS_A_VERSION: { status: 409, text: (detail: string) => detail },
  QUESTION_UNKNOWN: { status: 404, text: (name: string) => `the survey has no question named "${name}"` },
  RESPONDENT_UNKNOWN: {
    status: 404,
    text: (survey: string) => `the survey "${survey}" has no respondent of that name, or no longer`,
  },
  CODE_UNKNOWN: {
    status: 404,
    text: () => 'no voice has this code; check it for a slip, or the voice is erased already',
  },
  INVITATION_UNKNOWN: { status: 404, text: () => 'no invitation has this code; check it for a slip' },
  INVITATION_USED: { status: 409, text: () => 'answers have arrived with this code already; it works once' },
  FIELDWORK_CLOSED: { status: 409, text: () => 'this round of the questionnaire is not open, or has other questions' },
  RULE_UNKNOWN: {
    status: 404,
    text: (id: string) => `no alert rule with id "${id}"; GET /api/v1/alert-rules lists them`,
  },
  INCIDENT_UNKNOWN: {
    status: 404,
    text: (id: string) => `no incident with id ${id}; GET /api/v1/incidents lists them`,
  },
  INCIDENT_CLOSED: { status: 409, text: (id: string) => `incident ${id} is closed; only notes can be added` },
  SHIFT_ENTRY_UNKNOWN: {
    status: 404,
    text: (id: string) => `no entry of the shift log with id ${id}; GET /api/v1/shift-log lists them`,
  },
  BACKUP_FAILED: {
    status: 500,
    text: (detail: string) => `the backup was not made, and nothing of it is left: ${detail}`,
  },
  BACKUP_ELSEWHERE: {
    status: 409,
    text: () =>
      'the database of this city is a server, which is backed up with its own tools: docs/operations.md, Backup',
  },
  HANDOVER_CONFLICT: { status: 409, text: (detail: string) => detail },
  RATE_LIMITED: { status: 429, text: (seconds: string) => `too many of these for now; try again in ${seconds} s` },
  VALUE_INVALID: { status: 422, text: (detail: string) => detail },
  // dependencies
  DATABASE_UNAVAILABLE: {
    status: 503,
    text: (detail: string) => `the database does not answer (${detail}); the request can be sent again`,
  },
  IDENTITY_PROVIDER_UNAVAILABLE: {
    status: 503,
    text: (url: string) => `the identity provider at ${url} does not answer; sign in later, or with a local account`,
  },
  BROKER_UNAVAILABLE: { status: 503, text: (url: string) => `the MQTT broker at ${url} does not answer` },
  // start
  CONFIG_INVALID: { status: 500, text: (detail: string) => detail },
  SCHEMA_MISMATCH: {
    status: 500,
    text: (names: string) =>
      `the database was made by another version of ${names}, so it cannot be upgraded in place. It was not changed. Start the version that made it, or start afresh with another DATA_DIR or database`,
  },
  PORT_TAKEN: { status: 500, text: (detail: string) => detail },
  DATA_DIR_IN_USE: { status: 500, text: (detail: string) => detail },
  DATA_DIR_DAMAGED: { status: 500, text: (detail: string) => detail },
  DATABASE_FAILED: { status: 500, text: (detail: string) => detail },
  CITY_PACK_INVALID: { status: 500, text: (detail: string) => detail },
  EXTRACT_INVALID: { status: 500, text: (detail: string) => detail },
  CITY_MISMATCH: { status: 500, text: (detail: string) => detail },
} as const satisfies Record<string, { status: number; text: (detail: string) => string }>

export type ErrorCode = keyof typeof CODES

/** An expected failure that reaches a person: `code` is stable, `message` says what to do next. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly status: number

  constructor(code: ErrorCode, detail = '', options?: ErrorOptions) {
    super(CODES[code].text(detail), options)
    this.name = 'AppError'
    this.code = code
    this.status = CODES[code].status
  }
}
