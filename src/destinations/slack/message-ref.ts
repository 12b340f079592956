/** One message of a channel, as it stands in a `ref`: `<channel>:<ts>`. */
export type SlackMessageRef = { channel: string; ts: string };

export function refOf({ channel, ts }: SlackMessageRef): string {
  return `${channel}:${ts}`;
}

/** `undefined` for what no message of ours goes by. */
export function readRef(ref: string | undefined): SlackMessageRef | undefined {
  const [, channel, ts] = /^(\w+):(\d+\.\d+)$/.exec(ref ?? '') ?? [];
  return channel === undefined || ts === undefined ? undefined : { channel, ts };
}

/** Links as Slack's own: https://docs.slack.dev/reference/methods/chat.getPermalink. `workspace` ends in a slash. */
export function permalink({ channel, ts }: SlackMessageRef, workspace: string): string {
  return `${workspace}archives/${channel}/p${ts.replace('.', '')}`;
}
