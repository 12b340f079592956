import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { rule, rulesFile } from '../config/made-rules.ts';
import { openKept } from './open-kept.ts';
import { runCli } from './run-cli.ts';
import { temporaryFile } from './temporary-file.ts';

const text = rulesFile();
const file = createHash('sha256').update(text).digest('hex');

async function openRules() {
  const kept = await openKept();
  const path = await temporaryFile('rules.json', text);
  return { ...kept, path, reload: (...args: string[]) => kept.run('reload', '--rules', path, ...args) };
}

describe('reload', () => {
  test('says when the file is in force in every service', async () => {
    const { reload, serve, path } = await openRules();
    await serve(file);
    await serve(file);
    expect(await reload()).toEqual({ code: 0, out: `${path} is in force in 2 of 2 services.\n`, err: '' });
  });

  test('waits until it is', async () => {
    const { reload, ledger, path } = await openRules();
    const worker = { id: 'w', file: 'before', rules: {}, sources: [], addresses: [] };
    await ledger.announce(worker, 60_000);
    const answer = reload();
    setTimeout(() => void ledger.announce({ ...worker, file }, 60_000), 250);
    expect(await answer).toEqual({ code: 0, out: `${path} is in force in 1 of 1 service.\n`, err: '' });
  });

  test('of a file that a service refused exits with 1 and its words, each once', async () => {
    const { reload, serve, path } = await openRules();
    const why = 'it would orphan 4 of 6 open incidents: tocsin reload --accept-orphans';
    await serve('before', { file, why });
    await serve('before', { file, why });
    await serve(file);
    const { code, out, err } = await reload();
    expect([code, out]).toEqual([1, '']);
    expect(err.split('\n')).toEqual([
      `${path} is in force in 1 of 3 services.`,
      `Refused, and the rules before stay in force: ${why}`,
      '',
    ]);
  });

  test('of a file that a service does not take up exits with 1 after some seconds', async () => {
    const { reload, serve, path } = await openRules();
    await serve('another');
    const { code, err } = await reload();
    expect(code).toBe(1);
    expect(err).toBe(
      `${path} is in force in 0 of 1 service.\n1 did not take it up within 5 s: does it serve this very file?\n`,
    );
  });

  test('where nothing serves exits with 1 at once', async () => {
    const { reload, path } = await openRules();
    expect(await reload()).toEqual({
      code: 1,
      out: '',
      err: `Nothing is serving from this ledger: ${path} is fine, and in force nowhere.\n`,
    });
  });

  test('of a faulty file says every fault, as check does, and asks nobody', async () => {
    const { run, serve } = await openRules();
    await serve(file);
    const faulty = await temporaryFile(
      'rules.json',
      rulesFile({ rules: [{ ...rule, severity: 'high' }], owner: 'nobody' }),
    );
    const { code, out, err } = await run('reload', '--rules', faulty);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`${faulty} cannot be used; what is in force stays so:\n`);
    expect(err).toMatch(/ {2}rules\[0\]\.severity .*\n {2}owner .*/);
    expect(JSON.parse((await run('reload', '--rules', faulty, '--json')).out)).toMatchObject({
      ok: false,
      problems: [{}, {}],
    });
    expect((await run('reload', '--rules', '/nowhere/rules.json')).err).toContain('there is no such file');
  });

  test('confirms what the file orphans where that is accepted, of this very file', async () => {
    const { reload, ledger } = await openRules();
    await reload();
    expect(await ledger.isConfirmed(file)).toBe(false);
    const { err } = await reload('--accept-orphans');
    expect(err).toContain('What it orphans is accepted for a day, whenever one starts.');
    expect(await ledger.isConfirmed(file)).toBe(true);
    expect(await ledger.isConfirmed('before')).toBe(false);
  });

  test('waits for a service that refused the file before it was accepted', async () => {
    const { reload, ledger } = await openRules();
    const worker = { id: 'w', rules: {}, sources: [], addresses: [] };
    await ledger.announce({ ...worker, file: 'before', refused: { file, why: 'it would orphan much' } }, 60_000);
    const answer = reload('--accept-orphans');
    setTimeout(() => void ledger.announce({ ...worker, file }, 60_000), 2_800);
    expect(await answer).toMatchObject({ code: 0, err: '' });
  });

  test('as JSON is one object', async () => {
    const { reload, serve } = await openRules();
    await serve(file);
    const { out } = await reload('--json');
    expect(JSON.parse(out)).toEqual({ ok: true, file, services: [{ id: expect.any(String), state: 'in-force' }] });
  });

  test('takes the file that TOCSIN_RULES names, and needs a ledger', async () => {
    const { path } = await openRules();
    const TOCSIN_DATA = await temporaryFile('none.db');
    const { code, err } = await runCli(['reload'], { TOCSIN_RULES: path, TOCSIN_DATA });
    expect([code, err]).toEqual([2, expect.stringContaining('There is no ledger at')]);
    expect((await runCli(['reload'], { TOCSIN_RULES: `${path}.none`, TOCSIN_DATA })).err).toContain('no such file');
  });
});
