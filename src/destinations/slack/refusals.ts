/** The message cannot be edited, and another one can take its place. */
export const lostMessages: ReadonlySet<string> = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'is_inactive',
]);

/**
 * What Slack says when it never will, and what a person can do about it. Codes of chat.postMessage, chat.update
 * (https://docs.slack.dev/reference/methods/chat.postMessage#errors) and incoming webhooks.
 */
export const refusals: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'check the channel id, and invite the bot if the channel is private': 'channel_not_found',
    'invite the bot to the channel': 'not_in_channel',
    'unarchive the channel, or tell another': 'is_archived channel_is_archived',
    'the settings of the channel or workspace keep the bot from posting there':
      'restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel ' +
      'restricted_action_non_threadable_channel restricted_action_thread_locked cannot_reply_to_message ' +
      'messages_tab_disabled channel_is_limited_access app_access_restricted ekm_access_denied no_permission ' +
      'access_denied slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked ' +
      'slack_connect_blocked_file_sharing slack_connect_lists_sharing_blocked slack_connect_clip_sharing_blocked ' +
      'action_prohibited posting_to_general_channel_denied',
    'use the id of the channel, not its name': 'team_not_found',
    'check the bot token, and whether the workspace allows this IP address': 'invalid_auth',
    'check the bot token': 'not_authed not_allowed_token_type invalid_token',
    'the bot token is no longer good: install the app again and set the new one':
      'token_revoked token_expired account_inactive',
    'the app lacks a scope: add it and install the app again': 'missing_scope',
    'the app has no access to this workspace':
      'team_access_not_granted two_factor_setup_required enterprise_is_restricted accesslimited team_disabled',
    'the webhook is gone: make a new one and set its URL':
      'no_service no_service_id no_active_hooks no_team user_not_found',
    'it does not take this content':
      'msg_too_long msg_blocks_too_long no_text invalid_blocks invalid_blocks_format invalid_attachments ' +
      'too_many_attachments attachment_payload_limit_exceeded markdown_text_conflict metadata_too_large ' +
      'invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app invalid_arguments ' +
      'invalid_arg_name invalid_form_data invalid_charset block_mismatch invalid_payload',
    'the message is gone': 'message_not_found',
    'the message can no longer be edited': 'cant_update_message edit_window_closed is_inactive',
  }).flatMap(([words, codes]) => codes.split(' ').map((code) => [code, words] as const)),
);
