import type { Registry } from 'prom-client'
import type { Backup } from '#domain/backup/back-up.ts'
import type { BaseMap } from '#domain/base-map/base-map.ts'
import type { Pool } from '#infra/db/pool.ts'
import type { OidcConfig } from '#infra/runtime/config.ts'
import type { Logger } from '#infra/runtime/log.ts'
import type { Part } from '#model/api/ready.ts'
import type { AirIndexes } from '../air-quality/index-of.ts'
import type { HostRule } from '../http/host-names.ts'
import type { RequestLimits } from '../http/request-limits.ts'
import type { Indicators } from '../indicators/engine.ts'
import type { LiveSource } from '../live/source.ts'
import type { Notify } from '../notifications/receivers.ts'
import type { Microdata } from '../surveys/microdata.ts'
import type { Surveys } from '../surveys/surveys.ts'

/** Everything the API needs of the outside; it opens none of it and closes none of it. */
export type ApiDeps = {
  readonly pool: Pool
  /** asks for /ready, without waiting behind the requests of others; absent: `pool` */
  readonly healthPool?: Pool
  /** for reads that take long, so that the others find a connection; absent: `pool` */
  readonly heavyPool?: Pool
  /** how much is answered at a time, and to whom */
  readonly requestLimits?: RequestLimits
  /** the broker, as the API sees it: what is committed, and the way back in for replays */
  readonly live: LiveSource
  /** acts as an administrator, as `Authorization: Bearer <key>` */
  readonly key: string
  /** the identity provider; absent: local accounts only */
  readonly oidc?: OidcConfig
  /** whether everybody may read what the city publishes; absent: yes */
  readonly publicAccess?: boolean
  /** the path below which a reverse proxy publishes the city, such as `/city`; absent: none */
  readonly basePath?: string
  /** how long the list of Things is shared between readers */
  readonly sharedAnswers?: { readonly sharedMs?: number }
  readonly log: Logger
  readonly clock: () => Date
  /** sends messages to receivers, for tests of their addresses */
  readonly notify: Notify
  readonly indicators: Indicators
  readonly surveys: Surveys
  /** the answers behind the surveys, which `pool` may not read */
  readonly microdata: Microdata
  readonly airIndexes: (at: Date) => Promise<AirIndexes>
  /** copies the embedded city while it runs; absent: the database is a server */
  readonly backUp?: (() => Promise<Backup>) | undefined
  /** share of the simulated history that is in, 0 to 1; null when nothing is being backfilled */
  readonly backfill?: () => number | null
  /** other parts of the same process that /ready reports */
  readonly parts?: () => Readonly<Record<string, Part>>
  /** folder with the built dashboard; absent: the API alone */
  readonly dashboard?: string
  /** addresses and subnets of proxies before us: they say who the client is; absent: nobody does */
  readonly trustProxy?: string
  /** which names of the server a request may use (Host header); absent: any */
  readonly acceptsHost?: HostRule
  /** origins that a real city's map style loads from; none by default, so nothing external is ever fetched */
  readonly mapOrigins?: () => readonly string[]
  /** the folder `basemap/` of the city pack; absent: map.geojson is drawn */
  readonly baseMap?: BaseMap
  /** metrics of the same process, shown at /metrics with ours */
  readonly registry?: Registry
}
