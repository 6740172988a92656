import { createServer } from 'node:net'
import { AppError } from '#model/basics/errors.ts'

/**
 * Says that a port is taken before anything slow has begun.
 * @throws AppError PORT_TAKEN naming the port and the variable that changes it
 */
export async function assertPortFree(port: number, host: string, variable: string, what: string): Promise<void> {
  if (port === 0) return
  const server = createServer()
  await new Promise<void>((free, taken) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${cause.code})`
      taken(
        new AppError(
          'PORT_TAKEN',
          `port ${port} on ${host} ${why}; ${what} needs it. Stop that program, or choose another port: ${variable}=${port + 1} npm start`,
          { cause },
        ),
      )
    })
    server.listen(port, host, () => server.close(() => free()))
  })
}
