import { z } from 'zod'
import { placeSchema } from '../basics/geo.ts'
import { domainSchema } from '../things/domain.ts'
import { gradeSchema } from '../things/grade.ts'

const instant = z.iso.datetime({ offset: true })
const text = z.string().trim().min(1).max(200)
/** A name that may be taken away again. */
const optionalText = z.string().trim().max(200)

/** calibrated = gain * raw + offset, both in the canonical unit of the property */
export const calibrationSchema = z.object({
  property: z.string(),
  channel: z.string(),
  validFrom: instant,
  gain: z.number(),
  offset: z.number(),
  note: z.string(),
})

/** The meter behind a Datastream was replaced: what the old one showed at last and the new one at first, where known. */
export const meterReplacementSchema = z.object({
  id: z.int(),
  property: z.string(),
  channel: z.string(),
  replacedAt: instant,
  finalReading: z.number().nullable(),
  startReading: z.number().nullable(),
  note: z.string(),
})

export const registryThing = z.object({
  id: z.int(),
  key: z.string(),
  name: z.string(),
  domain: domainSchema,
  kind: z.string(),
  grade: gradeSchema,
  place: placeSchema.nullable(),
  zone: z.string().nullable(),
  owner: z.string().nullable(),
  profile: z.string().nullable(),
  expectedIntervalSeconds: z.int().nullable(),
  verified: z.boolean(),
  simulated: z.boolean(),
  createdAt: instant,
  lastObservationAt: instant.nullable(),
  /** how messages name it */
  devices: z.array(z.string()),
  /** keys it had before, and keys of Things that were merged into it: they still lead here */
  formerKeys: z.array(z.string()),
  properties: z.array(z.string()),
  calibrations: z.array(calibrationSchema),
  meterReplacements: z.array(meterReplacementSchema),
})
export type RegistryThing = z.infer<typeof registryThing>

/** GET /api/v1/registry/things?verified&search&limit&after */
export const registryThings = z.object({ things: z.array(registryThing), total: z.int(), next: z.string().nullable() })

/** What a person may change of a Thing; `place` moves it, and into the zone it then lies in. */
export const thingChange = z
  .strictObject({
    name: text,
    kind: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'lower-case letters, digits and _'),
    grade: gradeSchema,
    place: placeSchema,
    owner: optionalText.nullable(),
    profile: optionalText.nullable(),
    verified: z.boolean(),
    expectedIntervalSeconds: z.int().positive().max(31_536_000).nullable(),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must change something')
  .meta({ minProperties: 1 })
export type ThingChange = z.infer<typeof thingChange>

/** Keys that topics and devices may name. */
export const thingKey = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/, 'letters, digits and _ . : -, at most 128, a letter or digit first')

export const confirmRequest = z.strictObject({ keys: z.array(z.string().min(1).max(200)).min(1).max(1_000) })
export const confirmResponse = z.object({ confirmed: z.array(z.string()) })
export const renameRequest = z.strictObject({ key: thingKey })
export const mergeRequest = z.strictObject({ into: z.string().min(1).max(200) })
export const mergeResponse = z.object({
  thing: registryThing,
  datastreams: z.int(),
  moved: z.int(),
  duplicate: z.int(),
  conflict: z.int(),
})

export const calibrationRequest = z.strictObject({
  property: z.string(),
  channel: z.string().max(64).default(''),
  validFrom: instant,
  gain: z
    .number()
    .refine((gain) => gain !== 0 && Number.isFinite(gain), 'must not be 0')
    .meta({ not: { const: 0 } }),
  offset: z.number(),
  note: z.string().max(500).default(''),
})
export const calibrationResponse = z.object({ thing: registryThing, computed: z.int() })

/** PUT /api/v1/registry/things/:key/meter-replacements: readings in the canonical unit of the property */
export const meterReplacementRequest = z.strictObject({
  property: z.string(),
  channel: z.string().max(64).default(''),
  replacedAt: instant,
  finalReading: z.number().optional(),
  startReading: z.number().optional(),
  note: z.string().max(500).default(''),
})

/** GET /api/v1/registry/unmapped: numbers in payloads that nothing maps to a property, most frequent first */
export const unmappedResponse = z.object({
  fields: z.array(
    z.object({
      field: z.string(),
      format: z.string(),
      source: z.string(),
      devices: z.int(),
      /** some of the devices, at most five */
      deviceNames: z.array(z.string()),
      /** profiles that the registry knows of its devices, at most five: a mapping may hold for one */
      profiles: z.array(z.string()),
      samples: z.array(z.string()),
      firstSeen: instant,
      lastSeen: instant,
      n: z.int(),
      /** kept messages that hold the field and were not replayed yet */
      kept: z.int(),
      /** a mapping covers it by now */
      mapped: z.boolean(),
    }),
  ),
})
export type UnmappedResponse = z.infer<typeof unmappedResponse>

export const mappingRequest = z.strictObject({
  /** full path (`ANALOG.A0`) or its last part (`A0`), exactly as sent */
  field: z.string().min(1).max(200),
  format: z.string().max(100).optional(),
  /** `<format>/<device id>` */
  device: z.string().max(300).optional(),
  profile: z.string().max(200).optional(),
  property: z.string(),
  unit: z.string().max(50).optional(),
  channel: z.string().max(64).optional(),
})
export const mappingSchema = z.object({
  id: z.int(),
  field: z.string(),
  format: z.string().nullable(),
  device: z.string().nullable(),
  profile: z.string().nullable(),
  property: z.string(),
  unit: z.string().nullable(),
  channel: z.string(),
  createdAt: instant,
})
export type Mapping = z.infer<typeof mappingSchema>
/** What follows for a profile from what people said of its devices, as long as they said the same of all. */
export const learnedMapping = mappingSchema
  .pick({ field: true, format: true, property: true, unit: true, channel: true })
  .extend({ profile: z.string() })
export type LearnedMapping = z.infer<typeof learnedMapping>
export const mappingsResponse = z.object({ mappings: z.array(mappingSchema), learned: z.array(learnedMapping) })

/** GET /api/v1/registry/changes?subject&limit&cursor, newest first */
export const changesResponse = z.object({
  changes: z.array(
    z.object({
      id: z.string(),
      at: instant,
      who: z.string(),
      action: z.string(),
      subject: z.string(),
      before: z.unknown(),
      after: z.unknown(),
    }),
  ),
  next: z.string().nullable(),
})
export type ChangesResponse = z.infer<typeof changesResponse>
