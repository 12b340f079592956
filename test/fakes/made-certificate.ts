import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for this machine that vouches for itself, made anew and gone after the test. */
export type MadeCertificate = { key: string; cert: string; caFile: string; remove: () => void };

/** Trusted by a process started with `NODE_EXTRA_CA_CERTS` set to `caFile`. */
export function makeCertificate(): MadeCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-ca-'));
  const keyFile = join(folder, 'key.pem');
  const caFile = join(folder, 'ca.pem');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const subject = ['-subj', '/CN=tocsin test', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...subject, '-out', caFile], { stdio: 'ignore' });
  return {
    key: readFileSync(keyFile, 'utf8'),
    cert: readFileSync(caFile, 'utf8'),
    caFile,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
