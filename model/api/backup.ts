import { z } from 'zod'

/** POST /api/v1/backup */
export const backupResponse = z.object({
  folder: z.string().describe('on the machine of the city, in its DATA_DIR; a DATA_DIR itself'),
  at: z.iso.datetime().describe('the moment of the backup: what was published before is in it'),
  heldMs: z.int().describe('for how long the database did nothing else'),
  messages: z.int().describe('received, in the ledger'),
  observations: z.int(),
  sum: z.string().describe('of the results of all observations'),
})
