import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { openRedisLedger } from '../../src/ledger/redis/open-redis-ledger.ts';
import { rulesFile } from '../config/made-rules.ts';
import { openIncident } from '../pipeline/open-incident.ts';
import { startRedisServer } from '../redis-server.ts';
import { answerOwed, refusedBy } from './open-kept.ts';
import { runCli } from './run-cli.ts';
import { temporaryFile } from './temporary-file.ts';

const key = 'placement:news.example.com';

test('what people do from the command line is in force on Redis, beside a service', async () => {
  const server = await startRedisServer();
  onTestFinished(() => server.stop());
  const settings = { clock: 'redis', backlogLimit: 100, waitReplicas: 0, prefix: 'tocsin' } as const;
  const ledger = await openRedisLedger({ url: server.url, ...settings });
  onTestFinished(() => ledger.close());
  const run = async (...args: string[]) => {
    const { code, out, err } = await runCli(args, { REDIS_URL: server.url });
    return { code, said: out + err };
  };
  const inForce = async () => (await ledger.claimNotifications({ token: 't', rooms: [], holding: [] })).silences;
  const incident = async () => (await ledger.readIncidents([key])).get(key);

  const text = rulesFile();
  const rules = await temporaryFile('rules.json', text);
  const file = createHash('sha256').update(text).digest('hex');
  expect(await run('reload', '--rules', rules)).toMatchObject({
    code: 1,
    said: expect.stringContaining('Nothing is serving'),
  });
  await ledger.announce({ id: 'w', file, rules: {}, sources: [], addresses: [] }, 60_000);
  expect(await run('reload', '--rules', rules)).toMatchObject({
    code: 0,
    said: expect.stringContaining('1 of 1 service'),
  });

  await openIncident(ledger, key);
  expect((await run('incidents', 'ack', 'placement:new.example.com')).said).toContain(`Open is: ${key}`);
  expect(await run('incidents', 'ack', key, '--by', 'me', '--comment', 'on it')).toEqual({
    code: 0,
    said: `${key} #1 is acknowledged by me. chat is told.\n`,
  });
  expect(await run('incidents', 'snooze', key, '--for', '2h', '--by', 'me')).toMatchObject({ code: 0 });
  expect(await incident()).toMatchObject({ acknowledged: { by: 'me', comment: 'on it' }, snoozed: { by: 'me' } });
  expect((await run('incidents', 'list')).said).toMatch(/^acknowledged, snoozed .* placement:news\.example\.com$/m);

  const added = await run('silence', 'add', '--key', 'placement:*', '--for', '1h', '--by', 'me');
  expect(added).toMatchObject({ code: 0, said: expect.stringContaining(`  ${key}\n`) });
  const [silence] = await inForce();
  expect((await run('silence', 'list')).said).toContain(`${silence?.id}  in force`);
  expect(await run('silence', 'expire', silence?.id ?? '')).toMatchObject({ code: 0 });
  expect(await inForce()).toEqual([]);
  expect((await run('silence', 'list', '--all')).said).toContain('over, ended by');

  const [id = ''] = await answerOwed(ledger, 'chat', refusedBy('is_archived'));
  expect((await run('notifications', 'list', '--dead', '--since', '1h')).said).toMatch(
    new RegExp(` dead .* ${id} .* is_archived$`, 'm'),
  );
  expect((await run('notifications', 'show', id)).said).toContain('  dead: is_archived\n');
  expect(await run('redeliver', '--dead')).toMatchObject({ code: 0, said: expect.stringContaining('Due again, 1:') });
  expect(await answerOwed(ledger, 'chat')).toEqual([id]);
  expect((await run('redeliver', id)).said).toContain('Nothing is owed');

  expect(await run('incidents', 'resolve', key, '--by', 'me')).toMatchObject({ code: 0 });
  expect(await incident()).toMatchObject({ open: false, last: { why: 'by-hand', by: 'me' } });
  expect((await ledger.findNotification(id))?.notification.state).toBe('due');
  expect(await run('incidents', 'resolve', key)).toMatchObject({ code: 1 });
});
