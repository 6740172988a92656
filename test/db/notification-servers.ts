/** Receivers of notifications for tests: a real HTTP server and a real SMTP server with TLS. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'

export type Received = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }
type Answer = { readonly status: number; readonly headers?: Record<string, string> } | 'hang'

/** @param answer what the nth request (from 0) is answered */
export async function openHttpReceiver(answer: (n: number) => Answer = () => ({ status: 200 })) {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const given = answer(received.length)
    const { url: path = '', headers } = request
    const bytes = Buffer.concat(chunks)
    // what is encrypted is not text
    const body = bytes.toString(headers['content-encoding'] ? 'latin1' : 'utf8')
    received.push({ path, headers, body })
    if (given !== 'hang') response.writeHead(given.status, given.headers).end()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** A certificate for localhost, made for this run. */
export async function makeCertificate(): Promise<{ key: string; cert: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'citywell-mail-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-nodes', '-days', '2', ...subject, '-keyout', key, '-out', cert],
    { stdio: 'ignore' },
  )
  const pair = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
  await rm(folder, { recursive: true })
  return pair
}

export type Mail = {
  readonly secure: boolean
  readonly user: string | undefined
  readonly to: string[]
  readonly text: string
}
type MailOptions = {
  readonly key: string
  readonly cert: string
  /** TLS from the first byte instead of STARTTLS */
  readonly implicit?: boolean
  /** reply code for a recipient; absent: accepted */
  readonly refuse?: (address: string) => number | undefined
  readonly withoutTls?: boolean
}

/** Accepts mail from `alarm` with the password `secret & more`. */
export async function openMailServer({ key, cert, implicit = false, refuse, withoutTls = false }: MailOptions) {
  const mails: Mail[] = []
  const server = new SMTPServer({
    ...{ key, cert, secure: implicit, logger: false },
    authOptional: withoutTls,
    disabledCommands: withoutTls ? ['STARTTLS', 'AUTH'] : [],
    onAuth: ({ username, password }, _session, done) =>
      username === 'alarm' && password === 'secret & more'
        ? done(null, { user: username })
        : done(new Error('refused')),
    onRcptTo: ({ address }, _session, done) => {
      const responseCode = refuse?.(address)
      done(responseCode === undefined ? null : Object.assign(new Error('not taken'), { responseCode }))
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address)
        mails.push({ secure: session.secure, user: session.user as string, to, text: Buffer.concat(chunks).toString() })
        done()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.server.address() as AddressInfo
  const login = withoutTls ? '' : `${encodeURIComponent('alarm')}:${encodeURIComponent('secret & more')}@`
  return {
    url: `${implicit ? 'smtps' : 'smtp'}://${login}localhost:${port}`,
    mails,
    close: () => new Promise<void>((done) => server.close(done)),
  }
}
