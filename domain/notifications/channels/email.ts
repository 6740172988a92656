import { createHash } from 'node:crypto'
import nodemailer from 'nodemailer'
import { emailConfig } from '#model/notifications/receiver.ts'
import type { Channel, Outcome } from './channel.ts'

export type MailServer = {
  /** smtps://user:password@host:465, or smtp://user:password@host:587, which requires STARTTLS unless `?tls=off` */
  readonly url: string
  /** sender: an address, or `Name <address>` */
  readonly from: string
  /** certificate authority besides those of the system, PEM */
  readonly ca?: string
}

const STEP_TIMEOUT_MS = 10_000
/** Codes of nodemailer for a refused recipient or message. What concerns the server or the login, an operator can correct. */
const REFUSALS = new Set(['EENVELOPE', 'EMESSAGE'])
/** 4yz replies are temporary, 5yz are not (RFC 5321, 4.2.1). */
const isPermanent = (code: string | undefined, reply: number | undefined): boolean =>
  code !== undefined && REFUSALS.has(code) && reply !== undefined && reply >= 500

export function emailChannel(server: MailServer | undefined): Channel {
  if (!server) {
    return async () => ({ ok: false, retry: false, error: 'no mail server is configured: set SMTP_URL and SMTP_FROM' })
  }
  const transport = nodemailer.createTransport(transportOf(server))
  const domain = /@([^\s>@]+)>?$/.exec(server.from)?.[1] ?? 'citywell.invalid'
  return async ({ id, content, createdAt, config, signal }) => {
    const { address } = emailConfig.parse(config)
    const [first] = content.events
    // Mail programs show the messages of one incident as one thread.
    const thread = content.incidents === 1 && first ? `<incident-${digest(first.incidentId)}@${domain}>` : undefined
    const urgent = first?.severity === 'critical' && first.kind !== 'resolved'
    try {
      await transport.sendMail({
        from: server.from,
        to: { name: '', address },
        subject: content.title,
        text: content.link && !content.body.includes(content.link) ? `${content.body}\n${content.link}` : content.body,
        messageId: `<${id}@${domain}>`,
        ...(thread && { references: [thread], inReplyTo: thread }),
        date: createdAt,
        priority: urgent ? 'high' : 'normal',
        // RFC 3834: no automatic answers
        headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': content.language },
        // A message holds text alone: nothing is read from files or fetched.
        disableFileAccess: true,
        disableUrlAccess: true,
        // a server that goes on answering never runs into the timeout of a step
        signal,
      })
      return { ok: true }
    } catch (error) {
      return failureOf(error)
    }
  }
}

function transportOf({ url, ca }: MailServer) {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url)
  const secure = protocol === 'smtps:'
  const plain = searchParams.get('tls') === 'off'
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !plain,
    ignoreTLS: plain,
    connectionTimeout: STEP_TIMEOUT_MS,
    greetingTimeout: STEP_TIMEOUT_MS,
    socketTimeout: STEP_TIMEOUT_MS,
    ...(ca !== undefined && { tls: { ca } }),
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  }
}

/** Code and reply of the server; nodemailer's own message could name the login. */
function failureOf(error: unknown): Outcome {
  const { code, responseCode, response } = error as { code?: string; responseCode?: number; response?: string }
  const reply = responseCode === undefined ? '' : `, reply ${response ?? responseCode}`
  return { ok: false, retry: !isPermanent(code, responseCode), error: `SMTP ${code ?? 'failed'}${reply}` }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)
