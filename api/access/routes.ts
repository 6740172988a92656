import type { Permission } from '#model/access/roles.ts'

/**
 * What a route needs:
 * - a permission: those roles that have it (model/access/roles.ts);
 * - `[permission, more]`: `permission`, and the answer holds more for those who also have `more`;
 * - `open`: everybody, in a private city too; credentials are not read, so the route works without the database;
 * - `anyone`: everybody, in a private city too; `request.actor` says who it is;
 * - `account`: whoever has signed in with an account of their own.
 */
export type Access = Permission | readonly [Permission, Permission] | 'open' | 'anyone' | 'account'

/**
 * The one table of all routes. The server does not start with a route that is missing here; add a line with the permission it
 * needs, then run `node api/access/document.ts`. HEAD needs what GET needs.
 */
export const ROUTES: Readonly<Record<string, Access>> = {
  // pages and documents
  'GET /': 'open',
  'GET /*': 'open',
  'GET /voice': 'open',
  'GET /street': 'open',
  'GET /questionnaire': 'open',
  'GET /docs': 'open',
  'GET /docs/': 'open',
  'GET /docs/try/*': 'open',
  'GET /openapi.json': 'open',
  // operation
  'GET /health': 'open',
  'GET /ready': 'open',
  'GET /metrics': 'read',
  // access
  'GET /api/v1/session': 'anyone',
  'POST /api/v1/session': 'anyone',
  'DELETE /api/v1/session': 'anyone',
  'GET /api/v1/session/oidc': 'anyone',
  'GET /api/v1/session/oidc/callback': 'anyone',
  'GET /api/v1/account': 'account',
  'PUT /api/v1/account/password': 'account',
  'DELETE /api/v1/account/sessions': 'account',
  'POST /api/v1/account/totp': 'account',
  'PUT /api/v1/account/totp': 'account',
  'DELETE /api/v1/account/totp': 'account',
  'POST /api/v1/account/recovery-codes': 'account',
  'GET /api/v1/accounts': 'administer',
  'POST /api/v1/accounts': 'administer',
  'PATCH /api/v1/accounts/:id': 'administer',
  'POST /api/v1/accounts/:id/reset': 'administer',
  'DELETE /api/v1/accounts/:id': 'administer',
  'GET /api/v1/tokens': 'administer',
  'POST /api/v1/tokens': 'administer',
  'DELETE /api/v1/tokens/:id': 'administer',
  'POST /api/v1/tokens/:id/take-over': 'administer',
  'POST /api/v1/backup': 'administer',
  'GET /api/v1/audit': 'audit',
  'GET /api/v1/audit/export': 'audit',
  'GET /api/v1/audit/verification': 'audit',
  // the city
  'GET /api/v1/city': 'read',
  'GET /api/v1/city/map': 'read',
  'GET /api/v1/city/base-map/tiles/:archive/:z/:x/:y': 'read',
  'GET /api/v1/city/base-map/styles/:scheme': 'read',
  'GET /api/v1/city/base-map/files/*': 'read',
  'GET /api/v1/zones': 'read',
  'GET /api/v1/zones/:key/today': 'read',
  'GET /api/v1/streets': 'read',
  'GET /api/v1/area': 'read',
  // the texts of the pages themselves
  'GET /api/v1/languages/:tag': 'open',
  'GET /api/v1/things': 'read',
  'PATCH /api/v1/things/:key': 'registry',
  // observations
  'GET /api/v1/datastreams/:id/observations': 'read',
  'GET /api/v1/history': 'read',
  'GET /api/v1/history/air-index': 'read',
  'GET /api/v1/coverage': 'read',
  'GET /api/v1/live': 'read',
  // air quality
  'GET /api/v1/air-quality': 'read',
  'GET /api/v1/air-quality/exceedances': 'read',
  'GET /api/v1/air-quality/standards': 'read',
  'GET /api/v1/air-quality/limits': 'read',
  // indicators and reports
  'GET /api/v1/indicators': 'read',
  'GET /api/v1/indicators/scoreboard': 'read',
  'GET /api/v1/indicators/goals': 'read',
  'GET /api/v1/indicators/report': 'read',
  'GET /api/v1/indicators/export': 'read',
  'GET /api/v1/indicators/verification': 'read',
  'GET /api/v1/indicators/sheet': 'read',
  'POST /api/v1/indicators/sheet': 'report',
  'GET /api/v1/indicators/:code': 'read',
  'PUT /api/v1/indicators/:code/goals': 'report',
  'GET /api/v1/indicators/:code/zones': 'read',
  'GET /api/v1/indicators/:code/series': 'read',
  'PUT /api/v1/indicators/:code/values/:period': 'report',
  'GET /api/v1/indicators/:code/values/:period/history': 'read',
  'GET /api/v1/reports/:file': 'read',
  'GET /api/v1/compare': 'read',
  'GET /api/v1/brief': 'read',
  'GET /api/v1/brief/:file': 'read',
  // surveys and wellbeing
  'GET /api/v1/surveys': 'read',
  'POST /api/v1/surveys/draft': 'surveys',
  'PUT /api/v1/surveys/:id': 'surveys',
  'DELETE /api/v1/surveys/:id': 'surveys',
  'GET /api/v1/surveys/:id/estimates': 'read',
  'GET /api/v1/surveys/:id/indicators': 'read',
  'GET /api/v1/surveys/:id/divides': 'read',
  'POST /api/v1/surveys/:id/respondents/erase': 'surveys',
  'GET /api/v1/equity': 'read',
  'GET /api/v1/wellbeing': 'read',
  'GET /api/v1/wellbeing/change': 'read',
  // residents, who have no account
  'POST /api/v1/questionnaire/answers': 'open',
  'POST /api/v1/voices': 'open',
  'DELETE /api/v1/voices': 'open',
  'POST /api/v1/voices/status': 'open',
  'GET /api/v1/voices/aggregates': 'read',
  'GET /api/v1/voices/moderation': 'moderate',
  'POST /api/v1/voices/moderation': 'moderate',
  // messages
  'GET /api/v1/ingest/ledger': 'read',
  'GET /api/v1/ingest/check': 'check',
  'GET /api/v1/ingest/rejected': ['read', 'payloads'],
  'POST /api/v1/ingest/rejected/replay': 'operate',
  'GET /api/v1/ingest/archive': 'payloads',
  'GET /api/v1/ingest/archive/sources': 'read',
  'POST /api/v1/ingest/archive/replay': 'operate',
  'GET /api/v1/reconciliation': 'read',
  'POST /api/v1/reconciliation': 'operate',
  // alerting
  'GET /api/v1/alert-rules': 'read',
  'GET /api/v1/alert-rules/:id': 'read',
  'POST /api/v1/alert-rules': 'operate',
  'POST /api/v1/alert-rules/check': 'operate',
  'POST /api/v1/alert-rules/backtest': 'operate',
  'PUT /api/v1/alert-rules/:id': 'operate',
  'PATCH /api/v1/alert-rules/:id': 'operate',
  'DELETE /api/v1/alert-rules/:id': 'operate',
  'GET /api/v1/alerting/status': 'read',
  'GET /api/v1/incidents': ['read', 'operate'],
  'GET /api/v1/incidents/:id': ['read', 'operate'],
  'GET /api/v1/incidents/:id/groups': 'read',
  'POST /api/v1/incidents/:id/acknowledge': 'operate',
  'POST /api/v1/incidents/:id/assign': 'operate',
  'POST /api/v1/incidents/:id/notes': 'operate',
  'POST /api/v1/incidents/:id/close': 'operate',
  // notifications
  'GET /api/v1/shift-log': 'shifts',
  'POST /api/v1/shift-log': 'operate',
  'POST /api/v1/shift-log/handovers': 'operate',
  'POST /api/v1/shift-log/:id/accept': 'operate',
  'DELETE /api/v1/shift-log/:id/text': 'administer',
  'GET /api/v1/receivers': 'notify',
  'POST /api/v1/receivers': 'notify',
  'GET /api/v1/receivers/:id': 'notify',
  'PATCH /api/v1/receivers/:id': 'notify',
  'DELETE /api/v1/receivers/:id': 'notify',
  'POST /api/v1/receivers/:id/test': 'notify',
  'GET /api/v1/push-key': 'notify',
  'GET /api/v1/silences': 'notify',
  'POST /api/v1/silences': 'notify',
  'DELETE /api/v1/silences/:id': 'notify',
  'GET /api/v1/maintenance-windows': 'notify',
  'POST /api/v1/maintenance-windows': 'notify',
  'DELETE /api/v1/maintenance-windows/:id': 'notify',
  'GET /api/v1/notifications': 'notify',
  'POST /api/v1/notifications/:message/retry': 'notify',
  'GET /api/v1/alerts/cap.xml': 'read',
  'GET /api/v1/alerts/atom.xml': 'read',
  'GET /api/v1/alerts/rss.xml': 'read',
  'GET /api/v1/alerts/cap/:file': 'read',
  // registry
  'GET /api/v1/registry/things': 'read',
  'GET /api/v1/registry/things/:key': 'read',
  'PATCH /api/v1/registry/things/:key': 'registry',
  'POST /api/v1/registry/things/confirm': 'registry',
  'POST /api/v1/registry/things/:key/rename': 'registry',
  'POST /api/v1/registry/things/:key/merge': 'registry',
  'PUT /api/v1/registry/things/:key/calibrations': 'registry',
  'PUT /api/v1/registry/things/:key/meter-replacements': 'registry',
  'DELETE /api/v1/registry/things/:key/meter-replacements/:id': 'registry',
  'DELETE /api/v1/registry/things/:key': 'registry',
  'POST /api/v1/registry/things/bulk': 'registry',
  'GET /api/v1/registry/things/:key/credentials': 'registry',
  'POST /api/v1/registry/things/:key/credentials': 'registry',
  'DELETE /api/v1/registry/credentials/:id': 'registry',
  'GET /api/v1/registry/pending': 'read',
  'POST /api/v1/registry/pending/approve': 'registry',
  'GET /api/v1/registry/ignored': 'read',
  'POST /api/v1/registry/ignored': 'registry',
  'DELETE /api/v1/registry/ignored/:id': 'registry',
  'GET /api/v1/registry/mappings': 'read',
  'PUT /api/v1/registry/mappings': 'registry',
  'DELETE /api/v1/registry/mappings/:id': 'registry',
  'GET /api/v1/registry/payloads': 'read',
  'PUT /api/v1/registry/payloads/:name': 'registry',
  'DELETE /api/v1/registry/payloads/:name': 'registry',
  'GET /api/v1/registry/unmapped': 'read',
  'GET /api/v1/registry/changes': 'read',
}

/** Routes of packages, whose number changes with their versions. */
const PREFIXES = ['GET /docs/try']

/** What a route needs; undefined for one that the table does not have. */
export function accessOf(method: string, url: string): Access | undefined {
  const route = `${method === 'HEAD' ? 'GET' : method} ${url}`
  const prefix = PREFIXES.find((each) => route.startsWith(each))
  return ROUTES[route] ?? (prefix === undefined ? undefined : ROUTES[`${prefix}/*`])
}

/** What to do about routes that the table does not have, as the server says when it refuses to start. */
export const missingRows = (routes: readonly string[]): string =>
  `routes without a row in api/access/routes.ts: ${routes.join(', ')}. Add "'${routes[0]}': '<permission>'" (model/access/roles.ts lists the permissions), then run node api/access/document.ts`
