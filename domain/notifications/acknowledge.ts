import type { PoolClient } from '#infra/db/pool.ts'
import { cancelEscalation, markAcknowledged } from './incidents.ts'

/**
 * Stops the escalation of an incident at once: steps that are not due yet, and reminders to acknowledge, are not sent. Called in
 * the transaction that acknowledges, assigns or closes an incident.
 * @param at now
 */
export async function stopEscalation(client: PoolClient, incidentId: string, at: Date): Promise<void> {
  await markAcknowledged(client, incidentId, at)
  await cancelEscalation(client, incidentId)
}
