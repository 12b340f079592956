import { hexSignature, verifyAge, verifySignature } from '../sources/signature.ts';
import type { HookRequest, Verified } from '../sources/source.ts';

/** https://docs.slack.dev/authentication/verifying-requests-from-slack: five minutes, and here either way. */
const maxAgeMs = 300_000;

type Signed = { headers: HookRequest['headers']; body: Uint8Array };

/** Whether Slack signed these bytes, a moment ago. Bolt's own check takes timestamps of the future, and any version. */
export function verifySlackSignature({ headers, body }: Signed, secret: string, nowMs: number): Verified {
  const timestamp = headers['x-slack-request-timestamp'];
  const [, hex = ''] = /^v0=(.*)$/.exec(headers['x-slack-signature'] ?? '') ?? [];
  const verified = verifySignature(hexSignature(hex), [`v0:${timestamp}:`, body], [secret]);
  return verified.ok ? verifyAge(timestamp, maxAgeMs, nowMs) : verified;
}
