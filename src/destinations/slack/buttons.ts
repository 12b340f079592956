import type { Message } from '../../domain/message/message.ts';

/** By which a press says what is asked for. */
export const actionIds = {
  acknowledge: 'tocsin:ack',
  resolve: 'tocsin:resolve',
  snooze: 'tocsin:snooze',
  why: 'tocsin:why',
} as const;

/** The choices of the snooze menu. */
export const snoozeChoices = ['1h', '4h', 'tomorrow', 'other'] as const;
export type SnoozeChoice = (typeof snoozeChoices)[number];

/** What was told, and about which episode. Comes back with a press, and is then not to be trusted. */
export type About = { notificationId: string; number: number };

export type Actions = { type: 'actions'; elements: (Button | Menu)[] };
type Plain = { type: 'plain_text'; text: string };
type Button = { type: 'button'; action_id: string; text: Plain; value: string; style?: 'primary' };
type Menu = {
  type: 'static_select';
  action_id: string;
  placeholder: Plain;
  options: { text: Plain; value: string }[];
};

/** What can be done about a message: all of it while it is open, afterwards only to ask why; nothing of our own trouble. */
export function buttonsOf({ state, source, number }: Message, notificationId: string): Actions | undefined {
  const value = valueFor({ notificationId, number });
  const why = button(actionIds.why, 'Why?', value);
  if (state !== 'open') return source === 'tocsin' ? undefined : { type: 'actions', elements: [why] };
  const acknowledge = { ...button(actionIds.acknowledge, 'Acknowledge', value), style: 'primary' as const };
  return { type: 'actions', elements: [acknowledge, button(actionIds.resolve, 'Resolve', value), snooze(value), why] };
}

function button(action_id: string, words: string, value: string): Button {
  return { type: 'button', action_id, text: plain(words), value };
}

const choiceWords: Record<SnoozeChoice, string> = {
  '1h': 'for 1 hour',
  '4h': 'for 4 hours',
  tomorrow: 'until tomorrow, 9:00',
  other: 'until …',
};

function snooze(value: string): Menu {
  const options = snoozeChoices.map((choice) => ({ text: plain(choiceWords[choice]), value: `${choice} ${value}` }));
  return { type: 'static_select', action_id: actionIds.snooze, placeholder: plain('Snooze'), options };
}

function plain(text: string): Plain {
  return { type: 'plain_text', text };
}

export function valueFor({ notificationId, number }: About): string {
  return `${notificationId}:${number}`;
}

/** `undefined` for what no button of ours carries. */
export function readValue(value: string | undefined): About | undefined {
  const [, notificationId, number] = /^([0-9a-f]{24}):(\d{1,12})$/.exec(value ?? '') ?? [];
  return notificationId === undefined ? undefined : { notificationId, number: Number(number) };
}

export function readChoice(value: string | undefined): { choice: SnoozeChoice; about: About } | undefined {
  const [word, rest] = (value ?? '').split(' ');
  const choice = snoozeChoices.find((each) => each === word);
  const about = readValue(rest);
  return choice && about ? { choice, about } : undefined;
}
