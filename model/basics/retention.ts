/**
 * Every retention period, in days. The jobs of the database that apply them come with migrations and may be changed there
 * (docs/operations.md, Retention); test/db/retention.test.ts compares what the migrations install with these numbers.
 */

/** Raw observations: a year can be recomputed from them. Job `retain_observations`, migration 028. */
export const OBSERVATION_RETENTION_DAYS = 400
/** A shorter retention of raw observations is refused by `retain_observations`. */
export const MIN_OBSERVATION_RETENTION_DAYS = 395
/** The refresh policies of the rollups look back as far as this, and need raw observations to be there (migrations 002 to 031). */
export const ROLLUP_REFRESH_DAYS = 390
/** What is older than this is rolled up by the job `roll_up_history`; one day of overlap with the refresh policies. */
export const ROLLUP_HISTORY_DAYS = ROLLUP_REFRESH_DAYS - 1
/** Rejected messages: as long as observations, after that their time would be rejected anyway. Job `forget_rejected`, migration 011. */
export const REJECTED_MESSAGE_RETENTION_DAYS = 400
/** Cached suppression of survey tables. Function `estimator_store_protection`, migration 026. */
export const SUPPRESSION_CACHE_DAYS = 400
/** Archived messages of a source, as its city pack states (`archive.days`). Retention policy of `raw_message`, migration 011. */
export const MAX_ARCHIVE_DAYS = 3650
/** Voices, unless the city pack states another period (`voices.keepDays`). The consent text names the number. */
export const VOICE_RETENTION_DAYS = 730
export const MIN_VOICE_RETENTION_DAYS = 30
export const MAX_VOICE_RETENTION_DAYS = 3650
/** Notifications and the messages they were sent with: who was told what. `domain/notifications/delete-expired.ts`, at night. */
export const NOTIFICATION_RETENTION_DAYS = 400
