/** A certificate authority of the test's own, by openssl. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const hasOpenssl = spawnSync('openssl', ['version']).error === undefined

/** Paths of PEM files, and what is in them. */
export type Certificate = {
  readonly certFile: string
  readonly keyFile: string
  readonly cert: Buffer
  readonly key: Buffer
}
export type Authority = {
  readonly caFile: string
  readonly ca: Buffer
  /** @param hosts subject alternative names, as `IP:127.0.0.1` */
  issue(commonName: string, hosts?: readonly string[]): Certificate
  close(): void
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-batch']

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'citywell-ca-'))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  openssl('req', '-x509', ...KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test authority')
  let issued = 0
  return {
    caFile: join(folder, 'ca.pem'),
    ca: readFileSync(join(folder, 'ca.pem')),
    issue: (commonName, hosts = []) => {
      issued += 1
      const name = `certificate-${issued}`
      openssl('req', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${commonName}`)
      writeFileSync(join(folder, `${name}.ext`), hosts.length > 0 ? `subjectAltName=${hosts.join(',')}\n` : '')
      const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`]
      openssl('x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.pem`)
      const [certFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
      return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
