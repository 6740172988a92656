/**
 * The settings of the registry that every message needs: field mappings, calibrations, what is ignored. Read at the start, and again
 * whenever `registry_version` has changed; polled, because the embedded database has no notifications. During a database
 * outage the last rules stay in force (and nothing can be committed by them either).
 *
 *     unread  --first read-->  current  --the version changed-->  read again, `onChange`  -->  current
 *     any     --close()-->     closed
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '#infra/db/pool.ts'
import type { Logger } from '#infra/runtime/log.ts'
import { type CalibrationStep, type Calibrations, streamKey } from '../observe/calibration.ts'
import { type MappingRow, MappingTable } from '../observe/field-mappings.ts'
import { IgnoreRules } from '../observe/ignore-rules.ts'
import { type PayloadRow, PayloadTable } from '../observe/payload-mappings.ts'

export type Rules = {
  readonly mappings: MappingTable
  readonly payloads: PayloadTable
  readonly calibrations: Calibrations
  readonly ignored: IgnoreRules
}
export const NO_RULES: Rules = {
  mappings: new MappingTable([], new Map()),
  payloads: new PayloadTable([]),
  calibrations: new Map(),
  ignored: new IgnoreRules(),
}

/** A change of the registry takes effect within this time plus that of one query. */
export const POLL_MS = 1_000

export type RegistryRules = {
  readonly current: Rules
  close(): void
}

type Options = {
  readonly pool: Queryable
  readonly log: Logger
  /** the registry has changed; caches of it must be cleared */
  readonly onChange: () => void
  readonly pollMs?: number
}

/** Resolves when the rules have been read: without them mapped fields would be rejected. */
export async function watchRegistry({ pool, log, onChange, pollMs = POLL_MS }: Options): Promise<RegistryRules> {
  const stop = new AbortController()
  let version = -1
  let current = NO_RULES
  const poll = async (): Promise<void> => {
    const now = await selectVersion(pool)
    if (now === version) return
    const first = version === -1
    current = await selectRules(pool)
    version = now
    if (!first) onChange()
  }
  for (let failed = 0; version === -1; failed += 1) {
    try {
      await poll()
    } catch (error) {
      if (failed === 0) log.warn({ detail: (error as Error).message }, 'registry not readable; retrying until it is')
      await sleep(pollMs)
    }
  }
  void (async () => {
    while (!stop.signal.aborted) {
      await sleep(pollMs, undefined, { signal: stop.signal, ref: false }).catch(() => {})
      if (stop.signal.aborted) return
      await poll().catch((error: Error) =>
        log.debug({ detail: error.message }, 'registry not polled; retrying in a second'),
      )
    }
  })()
  return {
    get current() {
      return current
    },
    close: () => stop.abort(),
  }
}

async function selectVersion(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ version: number }>({
    name: 'registry-version',
    text: 'select version from registry_version',
  })
  return rows[0]?.version ?? 0
}

async function selectRules(db: Queryable): Promise<Rules> {
  const { rows } = await db.query<MappingRow>(
    'select field, format, device, profile, property, unit, channel from mapping_in_force order by field, format, device, profile',
  )
  return {
    mappings: new MappingTable(rows, await selectProfiles(db)),
    payloads: new PayloadTable(await selectPayloads(db)),
    calibrations: await selectCalibrations(db),
    ignored: new IgnoreRules(
      (await db.query<{ kind: 'device' | 'topic'; name: string }>('select kind, name from ignored order by id')).rows,
    ),
  }
}

async function selectPayloads(db: Queryable): Promise<PayloadRow[]> {
  return (await db.query<PayloadRow>('select name, topic, mapping from payload_mapping')).rows
}

const PROFILES = `
  select n.device, t.profile from thing t join thing_name n on n.thing_id = t.id
  where t.profile in (select profile from mapping_in_force where profile <> '')`

async function selectProfiles(db: Queryable): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<{ device: string; profile: string }>(PROFILES)
  return new Map(rows.map(({ device, profile }) => [device, profile]))
}

const CALIBRATIONS = `
  select n.device, c.property, c.channel, extract(epoch from c.valid_from)::float8 * 1000 as "fromMs", c.gain, c."offset"
  from calibration c join thing_name n on n.thing_id = c.thing_id
  order by c.valid_from`

type CalibrationRow = CalibrationStep & { device: string; property: string; channel: string }

async function selectCalibrations(db: Queryable): Promise<Calibrations> {
  const { rows } = await db.query<CalibrationRow>(CALIBRATIONS)
  const byDevice = new Map<string, Map<string, CalibrationStep[]>>()
  for (const { device, property, channel, ...step } of rows) {
    const streams = byDevice.get(device) ?? new Map<string, CalibrationStep[]>()
    byDevice.set(device, streams)
    const key = streamKey(property, channel)
    streams.set(key, [...(streams.get(key) ?? []), step])
  }
  return byDevice
}
