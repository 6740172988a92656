import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { newSigningSecret, signatureOf } from '#domain/notifications/channels/webhook.ts'

/** The example of the specification's signature scheme (github.com/standard-webhooks/standard-webhooks). */
const EXAMPLE = {
  secret: 'whsec_plJ3nmyCDGBKInavdOK15jsl',
  id: 'msg_loFOjxBNrRLzqYUf',
  timestamp: 1_731_705_121,
  body: '{"event_type":"ping","data":{"success":true}}',
  signature: 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
}

test('the published example has the published signature', () => {
  expect(signatureOf(EXAMPLE.secret, EXAMPLE.id, EXAMPLE.timestamp, EXAMPLE.body)).toBe(EXAMPLE.signature)
})

type IsGenuine = (secret: string, headers: Record<string, string>, body: string, nowSeconds?: number) => boolean

test('the code of docs/notifications.md accepts what is genuine and nothing else', async () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../../docs/notifications.md'), 'utf8')
  const code = /```js\n(.*?)```/s.exec(page)?.[1] ?? ''
  const { isGenuine } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { isGenuine: IsGenuine }
  const { secret, id, timestamp, body, signature } = EXAMPLE
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }
  expect(isGenuine(secret, headers, body, timestamp + 10)).toBe(true)
  // two signatures while a secret is being exchanged
  expect(isGenuine(secret, { ...headers, 'webhook-signature': `v1,AAAA ${signature}` }, body, timestamp)).toBe(true)
  expect(isGenuine(secret, headers, `${body} `, timestamp)).toBe(false)
  expect(isGenuine(secret, headers, body, timestamp + 301)).toBe(false)
  expect(isGenuine(newSigningSecret(), headers, body, timestamp)).toBe(false)
  expect(isGenuine(secret, { ...headers, 'webhook-id': 'msg_other' }, body, timestamp)).toBe(false)
})
