import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { backupResponse } from '#model/api/backup.ts'
import { AppError } from '#model/basics/errors.ts'
import type { ApiDeps } from './deps.ts'

export const backupRoutes =
  ({ backUp }: Pick<ApiDeps, 'backUp'>): FastifyPluginAsyncZod =>
  async (app) => {
    let isRunning = false
    app.post(
      '/backup',
      {
        schema: {
          tags: ['operations'],
          summary: 'Copy the embedded city, while it runs, into a folder next to its data',
          response: { 200: backupResponse },
        },
      },
      async () => {
        if (!backUp) throw new AppError('BACKUP_ELSEWHERE')
        if (isRunning) throw new AppError('REQUEST_INVALID', 'another backup is running; retry when it has finished')
        isRunning = true
        try {
          return await backUp()
        } finally {
          isRunning = false
        }
      },
    )
  }
