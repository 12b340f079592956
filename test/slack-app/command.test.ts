import { describe, expect, test } from 'vitest';
import { seen } from './slack-person.ts';
import type { TownSettings } from './slack-town.ts';
import { channel, openSlackTown, otherChannel } from './slack-town.ts';

const ada = { id: 'UADA', name: 'ada' };
const bob = { id: 'UBOB', name: 'bob' };
const key = 'placement:news.example.com';

/** A town, and what `/tocsin …` shows to somebody in it. */
async function asking(settings: TownSettings = {}) {
  const town = await openSlackTown(settings);
  async function asks(text: string, user = ada): Promise<string> {
    const person = town.person(user);
    const before = person.alone().length;
    await person.command(text);
    expect(person.answered()?.status).toBe(200);
    await expect.poll(() => person.alone().length).toBe(before + 1);
    return person.alone().at(-1) ?? '';
  }
  const incident = async (of = key) => (await town.ledger.readIncidents([of])).get(of);
  return { ...town, asks, incident };
}

describe.each(['http', 'socket'] as const)('over %s, /tocsin', (transport) => {
  test('status shows what is open, what was given up, and who was heard when', async () => {
    const town = await asking({ transport });
    expect(await town.asks('status')).toMatch(
      /^\*Nothing is open\.\*\n.*0 deliveries, 0 notifications\n.*\n.*\n• inbox-check: never$/,
    );
    await town.rings();
    await town.person(ada).press('Acknowledge');
    await expect.poll(async () => (await town.incident())?.acknowledged).toBeDefined();
    const status = await town.asks(' STATUS ');
    expect(status).toContain('*Open:* 1\n• error: `placement:news.example.com` #1, since <!date^');
    expect(status).toContain(', acknowledged by ada (Slack)\n');
    expect(status).toMatch(/• inbox-check: <!date\^/);
  });

  test('resolve ends it, with a comment', async () => {
    const town = await asking({ transport });
    await town.rings();
    expect(await town.asks(`resolve ${key} it was <@U1> & co`)).toBe('`placement:news.example.com` is resolved.');
    await expect.poll(() => seen(town.last())?.body).toContain('*Comment:* it was &lt;@U1&gt; &amp; co');
    expect(await town.asks(`resolve ${key}`)).toBe('`placement:news.example.com` is resolved.');
    expect(await town.asks(`resolve ${key}`, bob)).toMatch(
      /^Nothing was changed: nothing is open under this key: episode 1 was resolved by ada/,
    );
  });

  test('ack says who has it, as the button does', async () => {
    const town = await asking({ transport });
    await town.rings();
    expect(await town.asks(`ack ${key} on it`)).toBe('`placement:news.example.com` is acknowledged.');
    await expect.poll(() => seen(town.last())?.body).toContain('*Acknowledged* by ada (Slack), ');
    expect(await town.incident()).toMatchObject({ acknowledged: { by: 'ada (Slack)', comment: 'on it' } });
    expect(await town.asks(`ack ${key}`, bob)).toMatch(
      /^Nothing was changed: already acknowledged by ada \(Slack\) at/,
    );
    expect(await town.asks('ack placement:nws.example.com')).toContain('Open is: `placement:news.example.com`');
  });

  test('snooze holds it back for so long', async () => {
    const town = await asking({ transport });
    await town.rings();
    expect(await town.asks(`snooze ${key} 1h30m asleep`)).toBe(
      '`placement:news.example.com` is snoozed for 1 h 30 min.',
    );
    expect(await town.incident()).toMatchObject({ snoozed: { by: 'ada (Slack)', comment: 'asleep' } });
  });

  test('silence keeps quiet whatever matches: a key with *, or JSON', async () => {
    const town = await asking({ transport });
    await town.rings();
    const answer = await town.asks('silence placement:* 2h moving to another IP');
    expect(answer).toMatch(
      /^Silence `\w{10}` holds until <!date.*: `{"key":{"\$glob":"placement:\*"}}`\n1 open incident matches it now\./,
    );
    const filter = { event: { domain: 'a b.example' }, severity: { $in: ['error'] } };
    expect(await town.asks(`silence ${JSON.stringify(filter)} 30m tests`)).toContain(
      'Nothing that is open now matches it.',
    );
    expect(await town.ledger.listSilences({ over: false })).toMatchObject([
      { filter, by: 'ada (Slack)', comment: 'tests' },
      { filter: { key: { $glob: 'placement:*' } }, by: 'ada (Slack)', comment: 'moving to another IP' },
    ]);
    await town.send(0.5, 'other.example.com');
    await expect.poll(() => town.incident('placement:other.example.com')).toMatchObject({ open: true });
    await town.send(0.95);
    await expect.poll(() => seen(town.last())?.colour).toBe('#2eb67d');
    expect(town.slack.messages(channel)).toHaveLength(1);
  });

  test('why shows the trace, by key or by a link to a message or a reply', async () => {
    const town = await asking({ transport });
    await town.rings();
    await town.person(ada).press('Acknowledge');
    const root = town.last()?.ts ?? '';
    await expect.poll(() => town.slack.thread(channel, root)).toHaveLength(1);
    const [reply] = town.slack.thread(channel, root);
    const link = (ts: string, more = '') => `https://fake.slack.com/archives/${channel}/p${ts.replace('.', '')}${more}`;
    const inThread = link(reply?.ts ?? '', `?thread_ts=${root}&cid=${channel}`);
    for (const asked of [
      key,
      `\`${key}\``,
      `“${key}”`,
      link(root),
      `<${link(root)}>`,
      link(reply?.ts ?? ''),
      inThread,
    ]) {
      expect(await town.asks(`why ${asked}`)).toContain('tripped: inboxRate $lt 0.8, is 0.5');
    }
    expect(await town.asks(`why ${link('1.000001')}`)).toMatch(/^That is no message of mine/);
    expect(await town.asks('why placement:new.example.com')).toBe(
      'There is no incident `placement:new.example.com`. Open is: `placement:news.example.com`',
    );
  });

  test('test tells a destination what is marked as a test', async () => {
    const beside = { other: { type: 'slack', channel: otherChannel, pace: 'none' } };
    const town = await asking({ transport, beside });
    // Whoever asks for it wants to see it now.
    await town.asks('silence * 1h everything');
    expect(await town.asks('test other')).toBe('`other` was told a test message.');
    const test = seen(town.last(otherChannel));
    expect(test).toMatchObject({
      text: '[TEST] Notice: Sent by /tocsin test, by ada (Slack). Nothing is wrong.',
      body: '',
      buttons: [],
    });
    expect(JSON.stringify(town.last(otherChannel)?.attachments)).not.toMatch(/delivery|trouble|rule/);
    town.slack.setChannel(otherChannel, 'is_archived');
    expect(await town.asks('test other')).toMatch(/^`other` could not be told: .*is_archived/);
    expect(await town.asks('test othr')).toBe('There is no destination "othr": did you mean `other`?');
    expect(town.slack.messages(channel)).toEqual([]);
  });

  test('help, and wrong words, show what it takes', async () => {
    const { asks } = await asking({ transport });
    const help = await asks('help');
    expect(help.split('\n').map((line) => /^`\/tocsin (\w+)/.exec(line)?.[1])).toEqual([
      ...['status', 'why', 'ack', 'silence', 'snooze', 'resolve', 'test', 'help'],
    ]);
    expect(await asks('')).toBe(help);
    expect(await asks('satus')).toBe(`There is no "satus": did you mean "status"?\n${help}`);
    expect(await asks('<!channel> __proto__')).toBe(`There is no "&lt;!channel&gt;".\n${help}`);
    expect(await asks('constructor')).toContain('There is no "constructor"');
  });

  test('is carried out once, though Slack says it again', async () => {
    const town = await asking({ transport });
    const person = town.person(ada);
    for (const text of ['silence placement:* 2h again', 'test deliverability']) {
      const said = await person.command(text);
      await person.again(said);
    }
    expect(await town.ledger.listSilences({ over: false })).toHaveLength(1);
    expect(town.slack.messages(channel)).toHaveLength(1);
  });
});

test.each([
  ['silence', 'Say what is to be silenced, for how long, and why.'],
  ['silence placement:*', 'I do not see a duration such as `2h` in `placement:*`.'],
  ['silence placement:* soon because', 'I do not see a duration such as `2h` in `placement:* soon because`.'],
  ['silence placement:* 1h', 'I do not see a comment behind `1h`: say why, for the others.'],
  ['silence {"key": "a"} 1h', 'I do not see a comment behind `1h`: say why, for the others.'],
  ['silence 2h', '`2h` stands first, where I look for the filter: the duration comes after it.'],
  ['silence {"key": "a" 2h x', 'The JSON of the filter does not end: a brace or a quote is missing.'],
  ['silence {"key": "a"} because', 'I do not see a duration such as `2h` in `because`.'],
  ['silence {"key": "a"}', 'I do not see a duration such as `2h` behind the filter.'],
  ['snooze', 'Say what is to be snoozed, and for how long.'],
  ['snooze placement:x', 'I do not see a duration such as `2h` in `placement:x`.'],
  ['snooze placement:x `soon`', "I do not see a duration such as `2h` in `placement:x 'soon'`."],
  ['snooze placement:x 2 h', 'I do not see a duration in `placement:x 2 h`: is `2h` meant?'],
  ['snooze placement:x 2 Hours', 'I do not see a duration in `placement:x 2 Hours`: is `2h` meant?'],
  ['snooze placement:x 90min x', 'I do not see a duration in `placement:x 90min x`: is `90m` meant?'],
  ['snooze placement:x 0s', '`0s` is no time at all.'],
  ['snooze 2h placement:x', '`2h` stands first, where I look for the key: the duration comes after it.'],
  ['snooze 2h', '`2h` stands first, where I look for the key: the duration comes after it.'],
  ['resolve', 'Say which: its key.'],
  ['ack', 'Say which: its key.'],
  ['why', 'Say of what: a key, or a link to a message.'],
  ['test', 'Say which destination.'],
  ['test a b', '`a b` is more than the name of one destination.'],
])('/tocsin %s is told what is wrong with it, and what it takes', async (text, words) => {
  const { asks, ledger } = await asking();
  const [verb] = text.split(' ');
  const [wrong, usage, ...more] = (await asks(text)).split('\n');
  expect(wrong).toBe(words.replaceAll('&', '&amp;'));
  expect(usage).toMatch(new RegExp(`^\`/tocsin ${verb} &lt;`));
  expect(more).toEqual([]);
  expect(await ledger.listSilences({ over: true })).toEqual([]);
});

test.each([
  ['silence {"kye": "a"} 2h x', 'filter.kye: there is no "kye" here: did you mean "key"?'],
  ['silence {"key": null} 2h x', 'filter.key: null matches nothing'],
  ['silence {} 2h x', 'filter: an empty one would silence everything'],
  ['silence {"key": a} 2h x', 'filter: is no JSON'],
  ['silence * 400d x', 'A silence may last a year at the most.'],
  ['snooze placement:x 400d', 'A snooze may last a year at the most.'],
  ['resolve placement:x', 'There is no incident `placement:x`.'],
  ['snooze placement:x 2h', 'There is no incident `placement:x`.'],
])('/tocsin %s says what is wrong with it', async (text, words) => {
  const { asks, ledger } = await asking();
  expect(await asks(text)).toContain(words);
  expect(await ledger.listSilences({ over: true })).toEqual([]);
});

test('a key of several words is meant as a whole, and in quotes', async () => {
  const { asks, rings, incident } = await asking();
  await rings('news.example.com');
  expect(await asks(`silence “${key}” 1h x`)).toContain('1 open incident matches');
  expect(await asks(`silence {“key”: “${key}”} 1h x`)).toContain('1 open incident matches');
  expect(await asks(`resolve "${key}" all is well`)).toContain('is resolved');
  expect((await incident())?.last).toMatchObject({ why: 'by-hand', by: 'ada (Slack)' });
});

test('whoever is no operator of any channel that was told may not ack, resolve, snooze, silence or test', async () => {
  const town = await asking({ operators: { users: ['UADA'] } });
  await town.rings();
  for (const text of [
    `ack ${key}`,
    `resolve ${key}`,
    `snooze ${key} 1h`,
    'silence placement:* 1h x',
    'test deliverability',
  ]) {
    expect(await town.asks(text, bob)).toBe(
      'Nothing was changed. You may not do that here: only the operators of `deliverability` may, who are <@UADA>.',
    );
  }
  expect(await town.incident()).toMatchObject({ open: true, revision: 1 });
  expect(await town.ledger.listSilences({ over: true })).toEqual([]);
  expect(town.slack.messages(channel)).toHaveLength(1);
  expect(await town.asks('status', bob)).toContain('*Open:* 1');
  expect(await town.asks(`snooze ${key} 1h`)).toContain('is snoozed');
});

test('whoever may act in one channel that was told may act on the incident', async () => {
  const beside = { other: { type: 'slack', channel: otherChannel, pace: 'none' } };
  const town = await asking({ operators: { users: ['UADA'] }, beside });
  await town.rings();
  expect(await town.asks(`resolve ${key}`, bob)).toContain('is resolved');
});

test('what comes from outside calls nobody, and ends no fixed-width block', async () => {
  const town = await asking();
  const hostile = '<!channel> ``` `<@u1>`';
  await town.rings(hostile);
  const eve = { id: 'UEVE', name: '<!here> `eve`' };
  const person = town.person(eve);
  await person.press('Acknowledge');
  await expect.poll(() => seen(town.last())?.body).toContain('*Acknowledged* by &lt;!here&gt;');
  await person.press('Why?');
  await expect.poll(() => person.alone()).toHaveLength(1);
  const shown = [person.alone().at(-1) ?? '', await town.asks('status'), await town.asks(`why placement:${hostile}`)];
  for (const text of [
    ...shown,
    await town.asks(`resolve placement:${hostile}`, eve),
    await town.asks(`why ${hostile}`),
  ]) {
    expect(text.replace(/<!date\^\d+\^\{date_short_pretty\} at \{time\}\|[-\d: ]+UTC>/g, '')).not.toMatch(/[<>]/);
    expect(text.split('```').length % 2).toBe(1);
  }
  expect(shown[0]?.split('```')).toHaveLength(3);
});
