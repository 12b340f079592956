/** What a refusal says of what is told besides that it is not taken. */
type Bearing = { lost?: 'gone' | 'fixed'; content?: true; credential?: true };

type Refusals = Bearing & { words: string; codes: string };

/**
 * What Slack says when it never will, and what a person can do about it. Codes of chat.postMessage, chat.update
 * (https://docs.slack.dev/reference/methods/chat.postMessage#errors), conversations.history and incoming webhooks.
 */
const table: Refusals[] = [
  {
    words: 'check the channel id, and invite the bot if the channel is private',
    codes: 'channel_not_found',
  },
  { words: 'invite the bot to the channel', codes: 'not_in_channel' },
  { words: 'unarchive the channel, or tell another', codes: 'is_archived channel_is_archived' },
  {
    words: 'the settings of the channel or workspace keep the bot from posting there',
    codes:
      'restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel ' +
      'messages_tab_disabled channel_is_limited_access app_access_restricted ekm_access_denied no_permission ' +
      'access_denied slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked ' +
      'slack_connect_blocked_file_sharing slack_connect_lists_sharing_blocked slack_connect_clip_sharing_blocked ' +
      'action_prohibited posting_to_general_channel_denied',
  },
  {
    words: 'no replies may be posted there: "threads": "none" tells without them',
    codes: 'restricted_action_non_threadable_channel restricted_action_thread_locked cannot_reply_to_message',
  },
  { words: 'use the id of the channel, not its name', codes: 'team_not_found' },
  { words: 'nobody is there who could be told', codes: 'user_not_found' },
  {
    words: 'check the bot token, and whether the workspace allows this IP address',
    codes: 'invalid_auth',
    credential: true,
  },
  { words: 'check the bot token', codes: 'not_authed not_allowed_token_type', credential: true },
  {
    words: 'the bot token is no longer good: install the app again and set the new one',
    codes: 'token_revoked token_expired account_inactive',
    credential: true,
  },
  {
    words: 'the app lacks a scope: add it and install the app again',
    codes: 'missing_scope no_scopes',
    credential: true,
  },
  {
    words: 'the app has no access to this workspace',
    codes: 'team_access_not_granted two_factor_setup_required enterprise_is_restricted accesslimited team_disabled',
    credential: true,
  },
  {
    words: 'the webhook is gone: make a new one and set its URL',
    codes: 'no_service no_service_id no_active_hooks no_team invalid_token',
    credential: true,
  },
  {
    words: 'it does not take this content',
    codes:
      'msg_too_long msg_blocks_too_long no_text invalid_blocks invalid_blocks_format invalid_attachments ' +
      'too_many_attachments attachment_payload_limit_exceeded markdown_text_conflict metadata_too_large ' +
      'invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app invalid_arguments ' +
      'invalid_arg_name invalid_form_data invalid_charset block_mismatch invalid_payload',
    content: true,
  },
  { words: 'the message is gone', codes: 'message_not_found thread_not_found', lost: 'gone' },
  {
    words: 'the message can no longer be edited',
    codes: 'cant_update_message edit_window_closed is_inactive',
    lost: 'fixed',
  },
];

export const refusals: ReadonlyMap<string, Bearing & { words: string }> = new Map(
  table.flatMap(({ codes, ...refusal }) => codes.split(' ').map((code) => [code, refusal] as const)),
);
