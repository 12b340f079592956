import { WebAPIPlatformError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../../src/destinations/destination.ts';
import { slackCode, slackFailure } from '../../../src/destinations/slack/errors.ts';

function said(error: string, more: object = {}): Result {
  return slackFailure(new WebAPIPlatformError({ ok: false, error, ...more }));
}

describe('what Slack says', () => {
  const never: Record<string, object> = {
    channel_not_found: {},
    not_in_channel: {},
    is_archived: {},
    restricted_action: {},
    restricted_action_thread_locked: {},
    team_not_found: {},
    no_permission: {},
    messages_tab_disabled: {},
    invalid_auth: { credential: true },
    not_authed: { credential: true },
    not_allowed_token_type: { credential: true },
    token_revoked: { credential: true },
    token_expired: { credential: true },
    account_inactive: { credential: true },
    missing_scope: { credential: true },
    team_access_not_granted: { credential: true },
    two_factor_setup_required: { credential: true },
    accesslimited: { credential: true },
    no_service: { credential: true },
    invalid_token: { credential: true },
    msg_too_long: { content: true },
    msg_blocks_too_long: { content: true },
    no_text: { content: true },
    invalid_blocks: { content: true },
    invalid_attachments: { content: true },
    too_many_attachments: { content: true },
    metadata_too_large: { content: true },
    invalid_arguments: { content: true },
    invalid_charset: { content: true },
    block_mismatch: { content: true },
    invalid_payload: { content: true },
  };
  it.each(Object.entries(never))('%s never will, says what to do, and what is refused: %j', (code, bearing) => {
    expect(said(code)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(`^Slack answered ${code}: \\w+ `),
      ...bearing,
    });
  });

  it.each([
    ['message_not_found', 'gone'],
    ['thread_not_found', 'gone'],
    ['cant_update_message', 'fixed'],
    ['edit_window_closed', 'fixed'],
    ['is_inactive', 'fixed'],
  ])('%s means that it has to be told anew: it is %s', (code, lost) => {
    const reason = expect.stringMatching(`^Slack answered ${code}: \\w+ `);
    expect(said(code)).toEqual({ kind: 'refused', reason, lost });
  });

  it.each(['ratelimited', 'rate_limited'])('%s holds back what draws on the same limit', (code) => {
    expect(said(code)).toMatchObject({ kind: 'retry', afterMs: 30_000, pause: { of: 'budget', ms: 30_000 } });
  });

  it.each(['message_limit_exceeded', 'team_added_to_org', 'org_login_required'])('%s passes, but not soon', (code) => {
    expect(said(code)).toEqual({ kind: 'retry', reason: `Slack answered ${code}`, afterMs: 300_000 });
  });

  it.each(['service_unavailable', 'request_timeout', 'update_failed', 'streaming_state_conflict'])(
    '%s passes',
    (code) => {
      expect(said(code)).toEqual({ kind: 'retry', reason: `Slack answered ${code}` });
    },
  );

  it.each(['internal_error', 'fatal_error'])('%s may have happened', (code) => {
    expect(said(code)).toEqual({ kind: 'ambiguous', reason: `Slack answered ${code}` });
  });

  it.each(['never_heard_of', 'constructor', '__proto__', 'tostring'])(
    'a code that is not known, %s, passes',
    (code) => {
      expect(said(code)).toEqual({ kind: 'retry', reason: `Slack answered ${code}` });
    },
  );

  it('names the scope that is missing', () => {
    const { reason } = said('missing_scope', { needed: 'chat:write' }) as { reason: string };
    expect(reason).toContain('(chat:write)');
  });

  it('names the place of a fault, and nothing else of the explanation', () => {
    const messages = [
      '[ERROR] "private words" must be less than 3001 characters [json-pointer:/attachments/0/blocks/1]',
    ];
    const { reason } = said('invalid_blocks', { response_metadata: { messages } }) as { reason: string };
    expect(reason).toContain('(at /attachments/0/blocks/1)');
    expect(reason).not.toContain('private');
  });
});

describe('what is not Slack’s word', () => {
  it.each(['', '<html>Bad gateway</html>', 'Sign in', 'x'.repeat(81), undefined, 7, null, {}])(
    '%j is never quoted',
    (page) => {
      expect(slackCode(page)).toBeUndefined();
      const result = slackFailure(new WebAPIPlatformError({ ok: false, error: page as string }));
      expect(result).toEqual({ kind: 'ambiguous', reason: 'what answered 200 was not Slack' });
    },
  );

  it('is left open when the error is of no kind we know', () => {
    for (const error of [
      new TypeError('terminated'),
      'text',
      undefined,
      null,
      Object.assign(new Error('x'), { cause: 1 }),
    ]) {
      expect(slackFailure(error).kind).toBe('ambiguous');
    }
  });
});
