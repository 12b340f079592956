import { createHmac } from 'node:crypto';

/** Tells one credential from another without holding it: the same secret always gives the same 16 hex digits. */
export function fingerprint(secret: string): string {
  return createHmac('sha256', 'tocsin address').update(secret).digest('hex').slice(0, 16);
}
