import { request } from 'node:http';
import { expect, test } from 'vitest';
import { postSigned } from './slack-person.ts';
import type { SlackTown } from './slack-town.ts';
import { openSlackTown, signingSecret } from './slack-town.ts';

const ada = { id: 'UADA', name: 'ada' };
const key = 'placement:news.example.com';
const form = (payload: unknown) => new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

function posted(town: SlackTown, body: string, signing: Partial<Parameters<typeof postSigned>[2]> = {}) {
  return postSigned(town.service.port, body, { secret: signingSecret, ...signing });
}

/** A press on "Resolve", as it was sent, and what then is open. */
async function pressedBy(how: (town: SlackTown, body: string) => Promise<{ status: number; body: unknown }>) {
  const town = await openSlackTown();
  await town.rings();
  let sent = '';
  const kept = town.person({ id: 'UCAT', name: 'cat' });
  const { payload } = await kept.press('Why?');
  const [action] = payload.actions as Record<string, unknown>[];
  sent = form({ ...payload, actions: [{ ...action, action_id: 'tocsin:resolve' }], trigger_id: 'another' });
  const answer = await how(town, sent);
  return { answer, isOpen: (await town.ledger.readIncidents([key])).get(key)?.open };
}

const hour = 3_600_000;

test.each([
  ['forged', { secret: 'another-secret' }, 401, 'bad_signature'],
  ['stale', { atMs: Date.now() - hour }, 401, 'stale_timestamp'],
  ['of the future', { atMs: Date.now() + hour }, 401, 'stale_timestamp'],
  ['unsigned', { headers: { 'x-slack-signature': '' } }, 401, 'bad_signature'],
])('a press that is %s is refused, and changes nothing', async (_, signing, status, error) => {
  const { answer, isOpen } = await pressedBy((town, body) => posted(town, body, signing));
  expect(answer).toMatchObject({ status, body: { error } });
  expect(isOpen).toBe(true);
});

test.each([
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-8',
  'application/x-www-form-urlencoded;charset=UTF-8',
])('a press of the type %s counts', async (type) => {
  const { answer, isOpen } = await pressedBy((town, body) => posted(town, body, { headers: { 'content-type': type } }));
  expect(answer).toEqual({ status: 200, body: undefined });
  expect(isOpen).toBe(false);
});

test('a press that Slack posts again (X-Slack-Retry-Num) has one effect', async () => {
  const town = await openSlackTown();
  await town.rings();
  const person = town.person(ada);
  const { payload } = await person.press('Snooze', 'for 4 hours');
  await expect.poll(async () => (await town.ledger.readIncidents([key])).get(key)?.snoozed).toBeDefined();
  const before = (await town.ledger.readIncidents([key])).get(key);
  const headers = { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' };
  expect(await posted(town, form(payload), { headers })).toEqual({ status: 200, body: undefined });
  expect((await town.ledger.readIncidents([key])).get(key)).toEqual(before);
  expect(person.alone()).toEqual([]);
});

test('what is signed and cannot be read is answered 400', async () => {
  const town = await openSlackTown();
  for (const body of ['payload=%7Bno', 'payload=null', 'payload=%5B%5D', 'payload=7']) {
    expect(await posted(town, body)).toMatchObject({ status: 400, body: { error: 'unreadable' } });
  }
  const json = { headers: { 'content-type': 'application/json' } };
  for (const body of ['', 'null', '[]', '{', '\u0000']) {
    expect(await posted(town, body, json)).toMatchObject({ status: 400, body: { error: 'unreadable' } });
  }
});

test('what is signed and none of ours is acknowledged, and changes nothing', async () => {
  const town = await openSlackTown();
  await town.rings();
  const value = '0123456789abcdef01234567:1';
  const user = { id: 'UADA' };
  const pressed = { type: 'block_actions', user, team: { id: 'T1' }, channel: { id: 'C0123456789' }, trigger_id: 't' };
  const action = { action_id: 'tocsin:resolve', action_ts: '1.1', block_id: 'b', type: 'button' };
  const payloads: object[] = [
    {},
    { type: 'nobody knows' },
    { type: 'block_actions' },
    { ...pressed, actions: [] },
    { ...pressed, actions: [null] },
    { ...pressed, actions: [{}] },
    { ...pressed, actions: [{ ...action, action_id: 'other-app:resolve', value }] },
    { ...pressed, actions: [{ ...action, value: '__proto__' }] },
    { ...pressed, actions: [{ ...action, value: 7 }] },
    { ...pressed, actions: [{ ...action, value }] },
    { ...pressed, user: null, actions: [{ ...action, value }] },
    { ...pressed, channel: undefined, actions: [{ ...action, value }] },
    { ...pressed, type: 'interactive_message', callback_id: 'x', actions: [{ name: 'a', value: 'b' }] },
    { type: 'dialog_submission', user, team: null, submission: {} },
    { type: 'block_suggestion', user, team: null, value: 'x' },
    { type: 'shortcut', user, team: null, callback_id: 'x' },
    { type: 'message_action', user, team: null, callback_id: 'x' },
    { type: 'view_closed', user, team: null, view: {} },
    { type: 'view_submission', user, team: null, view: {} },
    { type: 'view_submission', user, team: null, view: { callback_id: 'other' } },
    { event: null },
    { event: { type: 'message', text: 'x', channel: 'C0123456789' }, type: 'event_callback' },
    { command: '/other', user_id: 'U1' },
  ];
  for (const payload of payloads) {
    expect([payload, await posted(town, form(payload))]).toEqual([payload, { status: 200, body: undefined }]);
  }
  expect(await posted(town, 'ssl_check=1&token=x')).toEqual({ status: 200, body: undefined });
  expect((await town.ledger.readIncidents([key])).get(key)).toMatchObject({ open: true, revision: 1 });
  const person = town.person(ada);
  await person.press('Acknowledge');
  await expect.poll(async () => (await town.ledger.readIncidents([key])).get(key)?.acknowledged).toBeDefined();
});

test('a form of ours that cannot be read says so in its place, changes nothing, and is logged', async () => {
  const town = await openSlackTown();
  await town.rings();
  const person = town.person(ada);
  await person.press('Snooze', 'until …');
  await expect.poll(() => person.modal()).toBeDefined();
  const { payload } = await person.submit({ untilMs: Date.now() - hour });
  const view = payload.view as Record<string, unknown> & { state: { values: Record<string, object> } };
  const { comment } = view.state.values;
  const forms: object[] = [
    { ...payload, trigger_id: undefined },
    { ...payload, user: {} },
    { ...payload, user: null },
    { ...payload, view: { ...view, state: undefined } },
    { ...payload, view: { ...view, state: { values: { comment } } } },
    { ...payload, view: { ...view, state: { values: { until: { until: { selected_date_time: '9' } }, comment } } } },
    ...[undefined, '', 'C0123456789', 'C0123456789 junk', 7].map((private_metadata) => {
      return { ...payload, view: { ...view, private_metadata } };
    }),
  ];
  for (const unreadable of forms) {
    const answer = await posted(town, form({ ...unreadable }));
    expect([unreadable, answer]).toMatchObject([unreadable, { status: 200, body: { response_action: 'update' } }]);
    expect(JSON.stringify(answer.body)).toContain('This form could not be read: nothing was changed.');
  }
  const logged = town.lines.filter(({ msg }) => msg === 'slack-app.unreadable');
  expect(logged).toHaveLength(forms.length);
  expect(logged[0]).toMatchObject({ what: 'form' });
  expect((await town.ledger.readIncidents([key])).get(key)).not.toHaveProperty('snoozed');
});

test('Slack is given the challenge back, if it signed it', async () => {
  const town = await openSlackTown();
  const body = JSON.stringify({ type: 'url_verification', challenge: 'abc' });
  const headers = { 'content-type': 'application/json' };
  expect(await posted(town, body, { headers })).toEqual({ status: 200, body: { challenge: 'abc' } });
  expect((await posted(town, body, { headers, secret: 'another' })).status).toBe(401);
});

test('a body that is too large is refused before it is read', async () => {
  const town = await openSlackTown();
  const status = await new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: town.service.port, path: '/slack/events', method: 'POST' });
    outgoing.setHeader('content-length', 5_000_000);
    outgoing.on('response', (response) => resolve(response.statusCode)).on('error', reject);
    outgoing.write('x');
  });
  expect(status).toBe(413);
});

test('only POST is for Slack', async () => {
  const town = await openSlackTown();
  const answer = await fetch(`http://127.0.0.1:${town.service.port}/slack/events`);
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('POST');
});

test('the hooks beside it read their bodies as they came', async () => {
  const town = await openSlackTown();
  await town.rings();
  expect(town.last()?.text).toBe('Error: news.example.com: inbox rate 50.0% (below 80.0%)');
});

test('a ledger that does not answer is named, and what was pressed is done when pressed again', async () => {
  const town = await openSlackTown();
  await town.rings();
  const person = town.person(ada);
  const { DatabaseSync } = await import('node:sqlite');
  const other = new DatabaseSync(town.ledgerPath);
  other.exec('BEGIN IMMEDIATE');
  await person.press('Acknowledge');
  expect(person.answered()?.status).toBe(200);
  await expect
    .poll(() => person.alone(), { timeout: 10_000 })
    .toEqual([expect.stringMatching(/^The ledger does not answer/)]);
  other.exec('ROLLBACK');
  other.close();
  await person.press('Acknowledge');
  await expect.poll(async () => (await town.ledger.readIncidents([key])).get(key)?.acknowledged).toBeDefined();
});
