import type { FakeSlackAnswer, FakeSlackArgs } from './fake-slack-methods.ts';

/** Somebody in the workspace. Without `tz`, Slack does not say. */
export type FakeSlackUser = { id: string; name: string; tz?: string };

export type FakeModal = {
  callback_id?: string;
  private_metadata?: string;
  title: { text: string };
  blocks: { type: string; block_id?: string; text?: { text: string }; element?: Record<string, unknown> }[];
};

/** Who is there, and what each of them sees alone. */
export type FakeSlackPeople = {
  users: Map<string, FakeSlackUser>;
  groups: Map<string, string[]>;
  /** Triggers that a form may be opened with, and whose they are. */
  triggers: Map<string, { user: string; atMs: number }>;
  /** The form that is open before them, by user. */
  modals: Map<string, FakeModal>;
  /** What only they see, the oldest first. */
  ephemerals: { user: string; channel: string; text: string }[];
  /** By the path of the address to answer to: for whom, where, how often still. */
  responses: Map<string, { user: string; channel: string; left: number }>;
};

export function noPeople(): FakeSlackPeople {
  const maps = { users: new Map(), groups: new Map(), triggers: new Map(), modals: new Map(), responses: new Map() };
  return { ...maps, ephemerals: [] };
}

/** What a method about people answers; `undefined` where it is none. */
export function performPeopleMethod(
  people: FakeSlackPeople,
  method: string,
  args: FakeSlackArgs,
): FakeSlackAnswer | undefined {
  switch (method) {
    case 'users.info': {
      const user = people.users.get(String(args.user));
      return user ? { ok: true, user: { id: user.id, name: user.name, tz: user.tz } } : refusal('user_not_found');
    }
    case 'usergroups.users.list': {
      const users = people.groups.get(String(args.usergroup));
      return users ? { ok: true, users } : refusal('no_such_subteam');
    }
    case 'views.open':
      return openModal(people, args);
    default:
      return undefined;
  }
}

/** https://docs.slack.dev/reference/methods/views.open: a trigger is good for three seconds, once. */
const triggerLastsMs = 3_000;

function openModal(people: FakeSlackPeople, args: FakeSlackArgs): FakeSlackAnswer {
  const id = String(args.trigger_id);
  const trigger = people.triggers.get(id);
  if (!trigger) return refusal('invalid_trigger_id');
  people.triggers.delete(id);
  if (Date.now() - trigger.atMs > triggerLastsMs) return refusal('expired_trigger_id');
  const view: FakeModal = typeof args.view === 'string' ? JSON.parse(args.view) : args.view;
  if (!isModal(view)) return refusal('invalid_arguments');
  people.modals.set(trigger.user, view);
  return { ok: true, view: { ...view, id: 'V0000' } };
}

/** https://docs.slack.dev/reference/views/modal-views */
export function isModal({ title, blocks, private_metadata: kept = '' }: FakeModal): boolean {
  const isText = (text: string | undefined, most: number) => text === undefined || (text !== '' && text.length <= most);
  return (
    isText(title.text, 24) &&
    kept.length <= 3_000 &&
    blocks.length <= 100 &&
    blocks.every(({ text, block_id: id }) => isText(text?.text, 3_000) && isText(id, 255))
  );
}

/** An answer to the address that came with an interaction: five times within half an hour. */
export function respondTo(people: FakeSlackPeople, path: string, body: string): { status: number; body: string } {
  const response = people.responses.get(path);
  if (!response || response.left === 0) return { status: 404, body: 'used_url' };
  response.left -= 1;
  const { response_type: type, text, replace_original: replaces } = JSON.parse(body);
  if (type !== 'ephemeral' || replaces !== false || typeof text !== 'string' || text === '') {
    return { status: 400, body: 'invalid_payload' };
  }
  people.ephemerals.push({ user: response.user, channel: response.channel, text });
  return { status: 200, body: 'ok' };
}

function refusal(error: string): FakeSlackAnswer {
  return { ok: false, error };
}
