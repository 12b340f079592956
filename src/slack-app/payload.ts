import { z } from 'zod';
import { type About, actionIds, readChoice, readValue, type SnoozeChoice } from '../destinations/slack/buttons.ts';

/** Somebody in Slack. `name` is what the others know them by. */
export type SlackUser = { id: string; name: string };

/** One thing that somebody did; the same, with the same id, when Slack sends it again. */
type Interaction = { interaction: string; user: SlackUser };

export type Press = Interaction & {
  about: About;
  channel: string;
  /** By Slack's clock. */
  pressedAt: number;
} & ({ action: 'acknowledge' | 'resolve' | 'why' } | { action: 'snooze'; choice: SnoozeChoice });

export type Command = Interaction & { text: string; channel: string };

export type Submission = Interaction & {
  about: About;
  channel: string;
  until: number | undefined;
  comment: string;
};

const user = z.object({ id: z.string(), name: z.string().optional(), username: z.string().optional() });

const press = z.object({
  trigger_id: z.string(),
  user,
  channel: z.object({ id: z.string() }),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        action_ts: z.coerce.number(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});

/** A press on one of our buttons; `undefined` for anything else. */
export function readPress(body: unknown): Press | undefined {
  const parsed = press.safeParse(body);
  const [action] = parsed.data?.actions ?? [];
  if (!parsed.success || !action) return undefined;
  const { trigger_id: interaction, user, channel } = parsed.data;
  const common = {
    interaction,
    user: userOf(user),
    channel: channel.id,
    pressedAt: Math.floor(action.action_ts * 1_000),
  };
  const chosen = readChoice(action.selected_option?.value);
  if (action.action_id === actionIds.snooze) return chosen && { ...common, action: 'snooze', ...chosen };
  const about = readValue(action.value);
  const name = (['acknowledge', 'resolve', 'why'] as const).find((each) => actionIds[each] === action.action_id);
  return about && name && { ...common, about, action: name };
}

const command = z.object({
  trigger_id: z.string(),
  user_id: z.string(),
  user_name: z.string().optional(),
  channel_id: z.string(),
  text: z.string().default(''),
});

/** A slash command; `undefined` for anything else. */
export function readCommand(body: unknown): Command | undefined {
  const parsed = command.safeParse(body);
  if (!parsed.success) return undefined;
  const { trigger_id: interaction, user_id: id, user_name: name, channel_id: channel, text } = parsed.data;
  return { interaction, user: userOf({ id, name }), channel, text: unescaped(text) };
}

/** Slack escapes what is typed as it does in messages. */
function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

export const snoozeForm = { callbackId: 'tocsin:snooze', until: 'until', comment: 'comment' } as const;

const submission = z.object({
  trigger_id: z.string(),
  user,
  view: z.object({
    callback_id: z.literal(snoozeForm.callbackId),
    private_metadata: z.string(),
    state: z.object({
      values: z.object({
        [snoozeForm.until]: z.object({
          [snoozeForm.until]: z.object({ selected_date_time: z.number().nullish() }),
        }),
        [snoozeForm.comment]: z.object({ [snoozeForm.comment]: z.object({ value: z.string().nullish() }) }),
      }),
    }),
  }),
});

const ours = z.object({ view: z.object({ callback_id: z.literal(snoozeForm.callbackId) }) });

/** The form that says until when; `unreadable` where it is not as it was sent out; `undefined` for anything else. */
export function readSubmission(body: unknown): Submission | 'unreadable' | undefined {
  if (!ours.safeParse(body).success) return undefined;
  const parsed = submission.safeParse(body);
  if (!parsed.success) return 'unreadable';
  const { trigger_id: interaction, user, view } = parsed.data;
  const [channel = '', value] = view.private_metadata.split(' ');
  const about = readValue(value);
  const { until, comment } = view.state.values;
  const seconds = until.until.selected_date_time;
  if (!about) return 'unreadable';
  return {
    interaction,
    user: userOf(user),
    about,
    channel,
    until: typeof seconds === 'number' ? seconds * 1_000 : undefined,
    comment: comment.comment.value?.trim() ?? '',
  };
}

function userOf({ id, name, username }: { id: string; name?: string | undefined; username?: string | undefined }) {
  return { id, name: name || username || id };
}

/** As they are named wherever it is told: no mention, so that nobody is called by it. */
export function byWords({ name }: SlackUser): string {
  return `${name} (Slack)`;
}
