import { createHmac, randomUUID } from 'node:crypto';
import type { FakeSlack } from '../fakes/fake-slack.ts';
import { responsePath } from '../fakes/fake-slack.ts';
import type { FakeSlackMessage } from '../fakes/fake-slack-methods.ts';
import type { FakeModal, FakeSlackUser } from '../fakes/fake-slack-people.ts';

/** What Slack tells the app that somebody did. */
export type Interaction = { type: 'interactive' | 'slash_commands'; payload: Record<string, unknown> };

/** What came back: an HTTP status (0 where nothing did), and what it says. */
export type Answered = { status: number; body: unknown };

/** How it reaches the app. */
export type Way = (interaction: Interaction) => Promise<Answered>;

/** Signed, over HTTP. */
export function overHttp(port: () => number, secret: string): Way {
  return ({ type, payload }) => {
    const fields = type === 'interactive' ? { payload: JSON.stringify(payload) } : payload;
    return postSigned(port(), new URLSearchParams(fields as Record<string, string>).toString(), { secret });
  };
}

type Signing = { secret: string; atMs?: number; headers?: Record<string, string> };

export async function postSigned(port: number, body: string, { secret, atMs, headers }: Signing): Promise<Answered> {
  const timestamp = String(Math.floor((atMs ?? Date.now()) / 1_000));
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  const answer = await fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature,
      ...headers,
    },
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** Over the connection that the app holds. */
export function overSocket({ sockets }: FakeSlack): Way {
  return async ({ type, payload }) => {
    const answer = await sockets.send({ type, payload, accepts_response_payload: type === 'slash_commands' });
    if (!answer) return { status: 0, body: undefined };
    const isEmpty = JSON.stringify(answer.payload) === '{}';
    return { status: 200, body: isEmpty ? undefined : answer.payload };
  };
}

/** Somebody in Slack, who sees messages and does what can be done with them. */
export type SlackPerson = {
  id: string;
  /** Presses a button, or chooses from a menu: `Snooze`, `for 1 hour`. On what is seen last, unless said otherwise. */
  press(words: string, choice?: string, how?: { on?: FakeSlackMessage }): Promise<Interaction>;
  command(text: string): Promise<Interaction>;
  /** The form before them. */
  modal(): FakeModal | undefined;
  submit(filled: { untilMs: number; comment?: string }): Promise<Interaction>;
  /** The same again, as Slack does it. */
  again(interaction: Interaction): Promise<void>;
  /** What they alone were shown, the oldest first. */
  alone(): string[];
  /** What the last thing they did was answered. */
  answered(): Answered | undefined;
};

export type PersonSettings = { slack: FakeSlack; channel: string; way: Way; user: FakeSlackUser };

export function slackPerson({ slack, channel, way, user }: PersonSettings): SlackPerson {
  const { people } = slack;
  people.users.set(user.id, user);
  let answered: Answered | undefined;
  const team = { id: 'T0000', domain: 'fake' };
  const who = { id: user.id, name: user.name, username: user.name, team_id: team.id };

  async function tell(interaction: Interaction): Promise<Interaction> {
    answered = await way(interaction);
    see(answered.body, interaction);
    return interaction;
  }

  /** As Slack shows an answer: alone, or in the place of the form. */
  function see(body: unknown, { payload }: Interaction): void {
    const { text, response_type: type, response_action: act, view } = (body ?? {}) as Record<string, unknown>;
    if (typeof text === 'string' && type === 'ephemeral') people.ephemerals.push({ user: user.id, channel, text });
    if (payload.type !== 'view_submission' || answered?.status !== 200) return;
    if (act === undefined) people.modals.delete(user.id);
    if (act === 'update') people.modals.set(user.id, view as FakeModal);
  }

  function interaction() {
    const trigger_id = `${Date.now()}.${randomUUID()}`;
    people.triggers.set(trigger_id, { user: user.id, atMs: Date.now() });
    const path = `${responsePath}T0000/${randomUUID()}`;
    people.responses.set(path, { user: user.id, channel, left: 5 });
    return { trigger_id, response_url: new URL(path, slack.apiUrl).href, api_app_id: 'A0000', token: 'verification' };
  }

  return {
    id: user.id,
    press(words, choice, { on = slack.messages(channel).at(-1) } = {}) {
      if (!on) throw new Error('there is no message');
      const action = { ...pressedIn(on, words, choice), block_id: 'b1', action_ts: (Date.now() / 1_000).toFixed(6) };
      const message = { ts: on.ts, text: on.text, type: 'message' };
      const place = { channel: { id: channel, name: 'a-channel' }, message };
      const payload = { type: 'block_actions', team, user: who, ...place, ...interaction(), actions: [action] };
      return tell({ type: 'interactive', payload });
    },
    command(text) {
      const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      const by = { user_id: user.id, user_name: user.name, team_id: team.id, team_domain: team.domain };
      const place = { channel_id: channel, channel_name: 'a-channel', is_enterprise_install: 'false' };
      return tell({
        type: 'slash_commands',
        payload: { command: '/tocsin', text: escaped, ...by, ...place, ...interaction() },
      });
    },
    modal: () => people.modals.get(user.id),
    submit({ untilMs, comment }) {
      const modal = people.modals.get(user.id);
      const values = {
        until: { until: { type: 'datetimepicker', selected_date_time: Math.floor(untilMs / 1_000) } },
        comment: { comment: { type: 'plain_text_input', value: comment ?? null } },
      };
      const view = { id: 'V0000', hash: randomUUID(), type: 'modal', ...modal, state: { values } };
      const { trigger_id, api_app_id } = interaction();
      return tell({
        type: 'interactive',
        payload: { type: 'view_submission', team, user: who, trigger_id, api_app_id, view },
      });
    },
    again: async (before) => void (await tell(before)),
    alone: () => people.ephemerals.filter((each) => each.user === user.id).map((each) => each.text),
    answered: () => answered,
  };
}

type Element = {
  type: string;
  action_id: string;
  value?: string;
  text?: { text: string };
  placeholder?: { text: string };
  options?: { text: { text: string }; value: string }[];
};

/** Everything that can be pressed on a message. */
export function elementsOf({ blocks, attachments }: FakeSlackMessage): Element[] {
  const all = [...blocks, ...attachments.flatMap((each) => each.blocks ?? [])] as {
    type: string;
    elements?: Element[];
  }[];
  return all.filter(({ type }) => type === 'actions').flatMap(({ elements = [] }) => elements);
}

export function wordsOn(element: Element): string {
  return element.text?.text ?? element.placeholder?.text ?? '';
}

function pressedIn(message: FakeSlackMessage, words: string, choice: string | undefined) {
  const element = elementsOf(message).find((each) => wordsOn(each) === words);
  if (!element) throw new Error(`there is no "${words}"`);
  const { type, action_id, value, text, options } = element;
  if (choice === undefined) return { type, action_id, value, text };
  const selected_option = options?.find((each) => each.text.text === choice);
  if (!selected_option) throw new Error(`there is no choice "${choice}"`);
  return { type, action_id, selected_option };
}

/** A message as it is seen: how it begins, its colour, what stands below, and what can be pressed. */
export function seen(message: FakeSlackMessage | undefined) {
  if (!message) return undefined;
  const blocks = message.attachments.flatMap((each) => (each.blocks ?? []) as { text?: { text: string } }[]);
  return {
    text: message.text,
    colour: message.attachments[0]?.color,
    body: blocks.flatMap(({ text }) => text?.text ?? []).join('\n'),
    buttons: elementsOf(message).map(wordsOn),
  };
}
