import { describe, expect, test } from 'vitest';
import { openLog } from '../../src/runtime/log.ts';
import { readableStream } from '../../src/runtime/readable-log.ts';

function openLines(level = 'trace') {
  const lines: string[] = [];
  return { log: openLog(level, { write: (line: string) => void lines.push(line) }), lines };
}

describe('the log', () => {
  test('is a JSON line for each thing said, with the moment in ISO 8601', () => {
    const { log, lines } = openLines();
    log.info({ source: 'inbox-check' }, 'delivery.routed');
    expect(lines).toHaveLength(1);
    const line = JSON.parse(lines[0] ?? '');
    expect(line).toEqual({ level: 30, time: expect.any(String), source: 'inbox-check', msg: 'delivery.routed' });
    expect(new Date(line.time).toISOString()).toBe(line.time);
  });

  test('keeps quiet below its level', () => {
    const { log, lines } = openLines('warn');
    log.info('no');
    log.warn('yes');
    expect(lines).toHaveLength(1);
  });

  const names = ['secret', 'secrets', 'token', 'routingKey', 'url', 'signature', 'authorization', 'password'];
  test.each(names)('never shows %s, at any level, wherever it stands', (name) => {
    const { log, lines } = openLines();
    const holder = { [name]: 'hunter2' };
    const said = { ...holder, one: holder, list: [{ deep: { Deeper: { [name.toUpperCase()]: 'hunter2' } } }] };
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) log[level](said, 'said');
    log.error({ err: Object.assign(new Error('failed'), holder) }, 'failed');
    expect(lines).toHaveLength(7);
    expect(lines.join('')).not.toContain('hunter2');
    expect(lines[0]).toContain('[redacted]');
    expect(said.one).toEqual({ [name]: 'hunter2' });
  });
});

describe('the log for people', () => {
  function shown(level: 'info' | 'warn' | 'error', ...said: [object, string]): string {
    const lines: string[] = [];
    openLog(
      'trace',
      readableStream((text) => void lines.push(text)),
    )[level](...said);
    return lines.join('').replace(/^\d\d:\d\d:\d\d /, '');
  }

  test('has the level, the message and the fields in one line', () => {
    expect(shown('info', { port: 3000, rules: 'my rules.json', preview: true }, 'serving')).toBe(
      'info  serving  port=3000  rules="my rules.json"  preview=true\n',
    );
    expect(shown('warn', { owed: ['open chat'] }, 'delivery.routed')).toBe(
      'WARN  delivery.routed  owed=["open chat"]\n',
    );
  });

  test('shows what would have been told below the line, indented', () => {
    expect(shown('info', { destination: 'chat', shown: 'Slack chat.postMessage\nError: it is bad' }, 'preview')).toBe(
      'info  preview  destination=chat\n    Slack chat.postMessage\n    Error: it is bad\n',
    );
  });

  test('shows where an error came from', () => {
    const text = shown('error', { err: new Error('no luck') }, 'loop.failed');
    expect(text).toMatch(/^ERROR loop\.failed\n {4}Error: no luck\n {8}at /);
  });

  test('has nothing from outside work the terminal', () => {
    const evil = '\u001b[2J\u001b]0;owned\u0007\u009b31m\r';
    const text = shown('info', { id: evil, list: [evil], shown: `one\n${evil}two` }, 'said');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(text.split('\n')).toHaveLength(4);
    expect(text).toContain('two');
  });

  test('redacts as the other does', () => {
    expect(shown('info', { token: 'hunter2' }, 'said')).toBe('info  said  token=[redacted]\n');
  });
});
