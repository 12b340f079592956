import type { DestinationStream } from 'pino';
import { printable } from './printable.ts';

const levelNames: Record<number, string> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** A stream that turns pino's JSON lines into lines for a person: time, level, message, then the fields. */
export function readableStream(write: (text: string) => void): DestinationStream {
  return {
    write(line) {
      write(readable(line));
    },
  };
}

function readable(line: string): string {
  const { level, time, msg, err, shown, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const clock = String(time).slice(11, 19);
  const words = Object.entries(fields).map(([name, value]) => `${name}=${fieldText(value)}`);
  const head = `${clock} ${(levelNames[Number(level)] ?? String(level)).padEnd(5)} ${msg ?? ''}`;
  const failure = err === undefined ? '' : `\n${indented(errorText(err))}`;
  const display = typeof shown === 'string' ? `\n${indented(shown)}` : '';
  return printable(`${[head, ...words].join('  ')}${failure}${display}\n`);
}

function fieldText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[\s"]/.test(text) && typeof value === 'string' ? JSON.stringify(text) : text;
}

function errorText(err: unknown): string {
  const { stack, message } = err as { stack?: string; message?: string };
  return stack ?? message ?? JSON.stringify(err);
}

function indented(text: string): string {
  return text.replace(/^/gm, '    ');
}
