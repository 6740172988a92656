import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import { type ChangeMethod, change } from './client.ts'
import { noteRefusal } from './session.ts'

/**
 * Sends one change at a time; afterwards the queries that begin with one of the names in `reloads` are fetched again. A
 * failure is kept in `error` until the next change, and `send` resolves to undefined.
 */
export function useSend(reloads: readonly string[]) {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  const send = async <S extends z.ZodType>(
    schema: S,
    method: ChangeMethod,
    path: string,
    body?: unknown,
  ): Promise<z.output<S> | undefined> => {
    setBusy(true)
    setError(null)
    try {
      const answer = await change(schema, method, path, body)
      for (const name of reloads) void client.invalidateQueries({ queryKey: [name] })
      return answer
    } catch (problem) {
      noteRefusal(client, problem)
      setError(problem instanceof Error ? problem : new Error(String(problem)))
      return undefined
    } finally {
      setBusy(false)
    }
  }
  return { send, busy, error }
}
