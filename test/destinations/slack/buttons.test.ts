import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buttonsOf, readChoice, readValue, snoozeChoices } from '../../../src/destinations/slack/buttons.ts';
import { madeMessage } from '../made-order.ts';

const notificationId = '0123456789abcdef01234567';

test('what a button carries is read as it was written', () => {
  const buttons = buttonsOf(madeMessage({ number: 12 }), notificationId);
  const about = { notificationId, number: 12 };
  const read = (buttons?.elements ?? []).flatMap((each): unknown[] =>
    'value' in each ? [readValue(each.value)] : each.options.map(({ value }) => readChoice(value)),
  );
  expect(read).toEqual([about, about, ...snoozeChoices.map((choice) => ({ choice, about })), about]);
});

test('nothing else is read', () => {
  for (const value of [
    undefined,
    '',
    notificationId,
    `${notificationId}:`,
    `${notificationId}:1e9`,
    `x${notificationId}:1`,
  ]) {
    expect(readValue(value)).toBeUndefined();
    expect(readChoice(`1h ${value}`)).toBeUndefined();
  }
  expect(readChoice(`never ${notificationId}:1`)).toBeUndefined();
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => readValue(value) === undefined));
});
