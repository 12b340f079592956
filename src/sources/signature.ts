import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Verified } from './source.ts';

/** HMAC-SHA256 of the pieces, one after the other. */
export function hmac(secret: string, signed: readonly (string | Uint8Array)[]): Buffer {
  const digest = createHmac('sha256', secret);
  for (const piece of signed) digest.update(piece);
  return digest.digest();
}

/** The 32 bytes that 64 hex digits of either case stand for; `undefined` for any other text. */
export function hexSignature(text: string): Buffer | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** Whether any secret made this signature. */
export function verifySignature(
  signature: Buffer | undefined,
  signed: readonly (string | Uint8Array)[],
  secrets: readonly string[],
): Verified {
  return verifySignatures(signature ? [signature] : [], signed, secrets);
}

/** Whether any secret made any of these. All are tried, so the time taken tells neither which nor how nearly. */
export function verifySignatures(
  signatures: readonly Buffer[],
  signed: readonly (string | Uint8Array)[],
  secrets: readonly string[],
): Verified {
  if (signatures.length === 0) return refusedSignature('the signature is missing or has not the form it is sent in');
  let fits = false;
  for (const secret of secrets) {
    const made = hmac(secret, signed);
    for (const signature of signatures) fits = timingSafeEqual(made, signature) || fits;
  }
  if (fits) return { ok: true };
  return refusedSignature(
    'no secret of this source fits; is it the secret of this endpoint, and does a proxy rewrite the body?',
  );
}

function refusedSignature(reason: string): Verified {
  return { ok: false, code: 'bad_signature', reason };
}

/** Whether a timestamp of Unix seconds is a number and, where there is a limit, near enough to now, either way. */
export function verifyAge(timestamp: string | undefined, maxAgeMs: number | undefined, nowMs: number): Verified {
  if (timestamp === undefined) return refusedAge('the timestamp is missing');
  if (!/^\d{1,12}$/.test(timestamp)) return refusedAge('the timestamp is not a number of Unix seconds');
  if (maxAgeMs === undefined) return { ok: true };
  const ageS = Math.floor(nowMs / 1000) - Number(timestamp);
  if (Math.abs(ageS) * 1000 <= maxAgeMs) return { ok: true };
  return refusedAge(`the timestamp is ${Math.abs(ageS)} s ${ageS > 0 ? 'old' : 'ahead'}; is the clock right?`);
}

function refusedAge(reason: string): Verified {
  return { ok: false, code: 'stale_timestamp', reason };
}
