import { describe, expect, test } from 'vitest';
import { elementsOf, seen, wordsOn } from './slack-person.ts';
import { channel, openSlackTown, otherChannel } from './slack-town.ts';

const ada = { id: 'UADA', name: 'ada', tz: 'Asia/Tokyo' };
const bob = { id: 'UBOB', name: 'bob' };
const key = 'placement:news.example.com';
const hour = 3_600_000;

describe.each(['http', 'socket'] as const)('over %s, somebody who reads the alarm', (transport) => {
  test('acknowledges it: the message says so, and its thread', async () => {
    const town = await openSlackTown({ transport });
    await town.rings();
    expect(seen(town.last())?.buttons).toEqual(['Acknowledge', 'Resolve', 'Snooze', 'Why?']);
    const person = town.person(ada);
    await person.press('Acknowledge');
    expect(person.answered()?.status).toBe(200);
    await expect.poll(() => seen(town.last())?.body).toMatch(/\*Acknowledged\* by ada \(Slack\), /);
    await expect
      .poll(() => town.slack.thread(channel, town.last()?.ts ?? '').map(({ text }) => text))
      .toEqual(['Acknowledged by ada (Slack)']);
    expect(person.alone()).toEqual([]);
  });

  test('resolves it: the message is green, its thread says by whom, and only "Why?" is left', async () => {
    const town = await openSlackTown({ transport });
    await town.rings();
    const person = town.person(ada);
    await person.press('Resolve');
    await expect.poll(() => seen(town.last())).toMatchObject({ colour: '#2eb67d', buttons: ['Why?'] });
    await person.press('Why?');
    await expect.poll(() => person.alone().at(-1)).toMatch(/, ended <!date[^>]*>: resolved by ada \(Slack\)\n/);
    await expect
      .poll(() => town.slack.thread(channel, town.last()?.ts ?? '').map(({ text }) => text))
      .toEqual([expect.stringMatching(/^Resolved by ada \(Slack\) after /)]);
  });

  test.each([
    ['for 1 hour', hour],
    ['for 4 hours', 4 * hour],
  ])('snoozes it %s', async (choice, ms) => {
    const town = await openSlackTown({ transport });
    await town.rings();
    await town.person(ada).press('Snooze', choice);
    await expect.poll(() => seen(town.last())?.body).toContain('*Snoozed* by ada (Slack) until ');
    const until = (await town.ledger.readIncidents([key])).get(key)?.snoozed?.until ?? 0;
    expect(Math.abs(until - Date.now() - ms)).toBeLessThan(10_000);
  });

  test('snoozes it until nine in the morning, where they are', async () => {
    const town = await openSlackTown({ transport });
    await town.rings();
    const person = town.person(ada);
    await person.press('Snooze', 'until tomorrow, 9:00');
    await expect.poll(async () => (await town.ledger.readIncidents([key])).get(key)?.snoozed?.until).toBeDefined();
    const until = (await town.ledger.readIncidents([key])).get(key)?.snoozed?.until ?? 0;
    expect(new Date(until).toLocaleTimeString('en-GB', { timeZone: 'Asia/Tokyo' })).toBe('09:00:00');
    expect(until - Date.now()).toBeLessThan(33 * hour);
    expect(until).toBeGreaterThan(Date.now());
    expect(person.alone()).toEqual([]);
  });

  test('snoozes it until whenever they say in a form, with a word about it', async () => {
    const town = await openSlackTown({ transport });
    await town.rings();
    const person = town.person(ada);
    await person.press('Snooze', 'until …');
    await expect.poll(() => person.modal()?.blocks.map(({ text }) => text?.text)).toContain(key);
    const untilMs = Math.floor(Date.now() / 1_000) * 1_000 + 5 * hour;
    await person.submit({ untilMs: Date.now() - hour });
    expect(person.answered()?.body).toMatchObject({ response_action: 'errors' });
    expect(person.modal()).toBeDefined();
    await person.submit({ untilMs, comment: 'asleep <!channel>' });
    expect(person.modal()).toBeUndefined();
    await expect.poll(() => seen(town.last())?.body).toContain(': asleep &lt;!channel&gt;');
    expect((await town.ledger.readIncidents([key])).get(key)?.snoozed).toMatchObject({ until: untilMs });
  });

  test('asks why, and alone sees what tripped, what the rules said, and what each destination answered', async () => {
    const town = await openSlackTown({ transport });
    await town.rings();
    const person = town.person(ada);
    await person.press('Why?');
    await expect.poll(() => person.alone()).toHaveLength(1);
    const [why = ''] = person.alone();
    expect(
      why
        .replace(/<!date[^>]*>/g, '…')
        .split('\n')
        .slice(1, 6),
    ).toEqual([
      `\`${key}\`, episode 1, …, open`,
      '*What is wrong:* inbox rate 50.0% (below 80.0%) (rule inbox-rate-low; heard of inbox-check, …)',
      '*In hand:* nobody has acknowledged it',
      '*Told:* deliverability: up to date',
      '```',
    ]);
    expect(why).toContain('tripped: inboxRate $lt 0.8, is 0.5');
    expect(why).toContain('rule inbox-rate-low: match');
    expect(why).toMatch(/\*deliverability\*: settled\n {4}1\. <!date\^.*UTC> open told$/);
    expect(why.length).toBeLessThan(4_000);
    expect(town.slack.messages(channel)).toHaveLength(1);
  });

  test('presses after somebody else did, and is told what is so', async () => {
    const town = await openSlackTown({ transport });
    await town.rings();
    const old = structuredClone(town.last());
    if (!old) throw new Error('nothing rang');
    const [first, second] = [town.person(ada), town.person(bob)];
    await Promise.all([
      first.press('Acknowledge', undefined, { on: old }),
      second.press('Acknowledge', undefined, { on: old }),
    ]);
    await expect
      .poll(() => [...first.alone(), ...second.alone()])
      .toEqual([
        expect.stringMatching(
          /^Nothing was changed: already acknowledged by (?:ada|bob) \(Slack\) at <!date\^.* UTC>\.$/,
        ),
      ]);
    await first.press('Resolve');
    await expect.poll(() => seen(town.last())?.colour).toBe('#2eb67d');
    for (const words of ['Acknowledge', 'Resolve']) await second.press(words, undefined, { on: old });
    for (const choice of ['for 1 hour', 'until …']) await second.press('Snooze', choice, { on: old });
    await expect
      .poll(() => second.alone().slice(-4))
      .toEqual(
        Array(4).fill(
          expect.stringMatching(/^Nothing was changed: already over: resolved by ada \(Slack\), <!date\^.*>\.$/),
        ),
      );
    expect(second.modal()).toBeUndefined();
    expect((await town.ledger.findIncident(key))?.episodes).toHaveLength(1);
  });

  test('presses on the message of an earlier episode: what is open now stays as it is', async () => {
    const town = await openSlackTown({ transport });
    await town.rings();
    const old = structuredClone(town.last());
    await town.send(0.95);
    await expect.poll(() => seen(town.last())?.buttons).toEqual(['Why?']);
    await town.rings();
    const person = town.person(ada);
    await person.press('Resolve', undefined, old ? { on: old } : {});
    await expect
      .poll(() => person.alone())
      .toEqual([
        expect.stringMatching(
          /^Nothing was changed: already over: recovered: inbox rate 95\.0%, <!date\^.*>\. It is open again, and that is told in a later message\.$/,
        ),
      ]);
    expect((await town.ledger.readIncidents([key])).get(key)).toMatchObject({ open: true, episode: 2 });
  });

  test('outside the operators changes nothing, and reads why; nobody else does', async () => {
    const town = await openSlackTown({ transport, operators: { users: ['UADA'], groups: ['S012'] } });
    town.slack.people.groups.set('S012', ['UCAT']);
    await town.rings();
    const [outsider, insider, member] = [town.person(bob), town.person(ada), town.person({ id: 'UCAT', name: 'cat' })];
    for (const words of ['Acknowledge', 'Resolve']) await outsider.press(words);
    for (const choice of ['for 1 hour', 'until …']) await outsider.press('Snooze', choice);
    const refused =
      'Nothing was changed. You may not do that here: only the operators of `deliverability` may, who are <!subteam^S012>, <@UADA>.';
    await expect.poll(() => outsider.alone()).toEqual(Array(4).fill(refused));
    expect((await town.ledger.readIncidents([key])).get(key)).toMatchObject({ revision: 1, open: true });
    await outsider.press('Why?');
    await expect.poll(() => outsider.alone().at(-1)).toContain('tripped:');
    await member.press('Acknowledge');
    await expect.poll(() => seen(town.last())?.body).toContain('*Acknowledged* by cat (Slack)');
    await insider.press('Resolve');
    await expect.poll(() => seen(town.last())?.colour).toBe('#2eb67d');
    expect([...insider.alone(), ...member.alone()]).toEqual([]);
  });

  test('has pressed once, though Slack says it again', async () => {
    const town = await openSlackTown({ transport });
    await town.rings();
    const person = town.person(ada);
    const pressed = await person.press('Snooze', 'for 1 hour');
    await expect.poll(() => seen(town.last())?.body).toContain('*Snoozed* by');
    const { revision } = (await town.ledger.readIncidents([key])).get(key) ?? {};
    for (const _again of [1, 2]) await person.again(pressed);
    expect(person.answered()?.status).toBe(200);
    expect((await town.ledger.readIncidents([key])).get(key)?.revision).toBe(revision);
    expect(person.alone()).toEqual([]);
  });
});

describe('the buttons', () => {
  test('say nothing to whoever did it themselves, as when Slack says it again to another process', async () => {
    const town = await openSlackTown();
    await town.rings();
    const old = structuredClone(town.last());
    if (!old) throw new Error('nothing rang');
    const [person, other] = [town.person(ada), town.person(bob)];
    for (const words of ['Acknowledge', 'Acknowledge', 'Resolve', 'Resolve']) {
      await person.press(words, undefined, { on: old });
    }
    await other.press('Resolve', undefined, { on: old });
    await expect
      .poll(() => other.alone())
      .toEqual([expect.stringContaining('already over: resolved by ada (Slack), ')]);
    expect(person.alone()).toEqual([]);
    const acted = town.lines.filter(({ msg }) => msg === 'slack-app.acted').map(({ answer }) => answer);
    expect(acted).toEqual(['changed', 'unchanged', 'changed', 'unchanged', 'unchanged']);
  });

  test('reach every other destination of the incident', async () => {
    const beside = { other: { type: 'slack', channel: otherChannel, pace: 'none' } };
    const town = await openSlackTown({ beside });
    await town.rings();
    await expect.poll(() => town.last(otherChannel)).toBeDefined();
    await town.person(ada).press('Acknowledge');
    await expect.poll(() => seen(town.last(otherChannel))?.body).toContain('*Acknowledged* by ada (Slack)');
    await town.person(bob, otherChannel).press('Resolve');
    await expect.poll(() => seen(town.last())?.colour).toBe('#2eb67d');
  });

  test('of a message in another channel are not taken for this one', async () => {
    const town = await openSlackTown();
    await town.rings();
    const person = town.person(ada, otherChannel);
    const on = town.last();
    await person.press('Resolve', undefined, on ? { on } : {});
    await expect
      .poll(() => person.alone())
      .toEqual([expect.stringMatching(/^This message is about something that I do not know/)]);
    expect((await town.ledger.readIncidents([key])).get(key)?.open).toBe(true);
  });

  test('go by the operators of now', async () => {
    const town = await openSlackTown();
    await town.rings();
    await town.rulesWith({ operators: { users: ['UADA'] } });
    town.service.reload();
    await expect.poll(() => town.lines.map(({ msg }) => msg)).toContain('rules.reloaded');
    const person = town.person(bob);
    await person.press('Acknowledge');
    await expect
      .poll(() => person.alone())
      .toEqual([expect.stringContaining('only the operators of `deliverability` may, who are <@UADA>')]);
  });

  test('are refused where it cannot be known who is an operator', async () => {
    const town = await openSlackTown({ operators: { groups: ['S012'] } });
    town.slack.setMethod('usergroups.users.list', 'missing_scope');
    await town.rings();
    const person = town.person(ada);
    await person.press('Acknowledge');
    await expect
      .poll(() => person.alone())
      .toEqual([expect.stringMatching(/cannot be known now \(Slack answered missing_scope/)]);
    town.slack.setMethod('usergroups.users.list', undefined);
    town.slack.people.groups.set('S012', ['UADA']);
    await person.press('Acknowledge');
    await expect.poll(() => seen(town.last())?.body).toContain('*Acknowledged* by ada (Slack)');
  });

  test('say so where the form cannot be opened, and where the time zone cannot be read', async () => {
    const town = await openSlackTown();
    await town.rings();
    const person = town.person(ada);
    town.slack.setMethod('views.open', 'expired_trigger_id');
    await person.press('Snooze', 'until …');
    await expect
      .poll(() => person.alone().at(-1))
      .toMatch(/^Nothing was changed: the form could not be opened \(Slack answered expired_trigger_id/);
    town.slack.setMethod('users.info', 'missing_scope');
    await person.press('Snooze', 'until tomorrow, 9:00');
    await expect
      .poll(() => person.alone().at(-1))
      .toMatch(
        /^Snoozed until <!date\^.* 09:00 UTC>, which is 9:00 UTC, since your time zone cannot be read \(Slack answered missing_scope/,
      );
  });

  test('are answered, and do what they do, though the answer cannot be given', async () => {
    const town = await openSlackTown();
    await town.rings();
    const person = town.person(ada);
    await town.person(bob).press('Acknowledge');
    town.slack.failMethod('response', '500');
    await person.press('Acknowledge');
    expect(person.answered()).toEqual({ status: 200, body: undefined });
    await expect.poll(() => town.lines.map(({ msg }) => msg)).toContain('slack-app.unsaid');
    expect(JSON.stringify(town.lines)).not.toContain('/actions/');
  });

  test('do not stand where nobody hears them', async () => {
    const town = await openSlackTown({ transport: 'neither' });
    await town.rings();
    expect(elementsOf(town.last() ?? (undefined as never)).map(wordsOn)).toEqual([]);
    const answer = await fetch(`http://127.0.0.1:${town.service.port}/slack/events`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: 'not_found' });
  });
});
