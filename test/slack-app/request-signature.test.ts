import { createHmac } from 'node:crypto';
import { verifySlackRequest } from '@slack/bolt';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifySlackSignature } from '../../src/slack-app/request-signature.ts';

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
const documented = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  body:
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&' +
    'channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&' +
    'response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&' +
    'trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
};
const at = Number(documented.timestamp) * 1_000;

function verify(changes: Partial<typeof documented> = {}, nowMs = at) {
  const { secret, timestamp, signature, body } = { ...documented, ...changes };
  const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature };
  return verifySlackSignature({ headers, body: Buffer.from(body) }, secret, nowMs);
}

describe("Slack's signature", () => {
  test('is the documented one', () => {
    expect(verify()).toEqual({ ok: true });
    verifySlackRequest({
      signingSecret: documented.secret,
      body: documented.body,
      headers: { 'x-slack-signature': documented.signature, 'x-slack-request-timestamp': Number(documented.timestamp) },
      nowMilliseconds: at,
    });
  });

  test.each([
    ['another secret', { secret: `${documented.secret}x` }],
    ['another body', { body: `${documented.body}&text=more` }],
    ['another timestamp', { timestamp: '1531420619' }],
    ['another version', { signature: documented.signature.replace('v0', 'v9') }],
    ['no version', { signature: documented.signature.replace('v0=', '') }],
    ['a part of it', { signature: documented.signature.slice(0, -2) }],
    ['more than it', { signature: `${documented.signature}00` }],
    ['nothing', { signature: '' }],
  ])('is not there with %s', (_, changes) => {
    expect(verify(changes)).toMatchObject({ ok: false, code: 'bad_signature' });
  });

  test.each([
    [-300, true],
    [-301, false],
    [300, true],
    [301, false],
    [86_400, false],
  ])('made %i s from now is taken: %s', (seconds, ok) => {
    expect(verify({}, at - seconds * 1_000).ok).toBe(ok);
  });

  test('of a timestamp that is none is too old to be true', () => {
    for (const timestamp of ['', 'now', '1e9', '-1', ' 1531420618', '1531420618.5']) {
      const signature = `v0=${createHmac('sha256', documented.secret).update(`v0:${timestamp}:x`).digest('hex')}`;
      expect(verify({ timestamp, signature, body: 'x' })).toMatchObject({ ok: false, code: 'stale_timestamp' });
    }
  });

  test('is never there by chance, and never throws, whatever the headers', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ unit: 'binary' }), (timestamp, signature, body) => {
        expect(verify({ timestamp, signature, body }).ok).toBe(false);
      }),
    );
  });
});
