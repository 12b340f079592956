/** The error with which Slack refuses a message's content, if any. Sources of the numbers: docs.slack.dev, blocks and chat.update. */
export function slackFault(how: 'post' | 'update', args: Record<string, unknown>): string | undefined {
  const { text = '', attachments = [], blocks = [], metadata } = args;
  if (typeof text !== 'string') return 'invalid_arguments';
  if (!Array.isArray(attachments) || !attachments.every(isObject)) return 'invalid_attachments';
  if (!Array.isArray(blocks)) return 'invalid_blocks_format';
  if (attachments.length > 100) return 'too_many_attachments';
  if (text === '' && attachments.length === 0 && blocks.length === 0) return 'no_text';
  if (how === 'update' && text.length > 4_000) return 'msg_too_long';
  const lists = [blocks, ...attachments.map((attachment) => attachment.blocks ?? [])];
  if (!lists.every(areBlocks)) return 'invalid_blocks';
  // Seen to pass at 9,597 characters of text in 15,561 of JSON, and to fail at 11,341 in 17,694.
  if (JSON.stringify(lists).length > 15_561 || textLength(lists) > 9_597) return 'msg_blocks_too_long';
  return metadata === undefined ? undefined : metadataFault(metadata);
}

type Plain = Record<string, unknown>;

function isObject(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areBlocks(blocks: unknown): boolean {
  return Array.isArray(blocks) && blocks.length <= 50 && blocks.every((block) => isObject(block) && isBlock(block));
}

function isBlock(block: Plain): boolean {
  switch (block.type) {
    case 'section':
      return isText(block.text, 3_000);
    case 'header':
      return isText(block.text, 150);
    case 'context':
      return isList(block.elements, 10) && block.elements.every((element) => isText(element, 3_000));
    case 'actions':
      return isList(block.elements, 25) && block.elements.every(isPressed);
    case 'divider':
      return true;
    default:
      return false;
  }
}

function isList(value: unknown, most: number): value is unknown[] {
  return Array.isArray(value) && value.length > 0 && value.length <= most;
}

function isText(value: unknown, most: number): boolean {
  if (!isObject(value) || (value.type !== 'mrkdwn' && value.type !== 'plain_text')) return false;
  return typeof value.text === 'string' && value.text.length > 0 && value.text.length <= most;
}

/** https://docs.slack.dev/reference/block-kit/block-elements */
function isPressed(value: unknown): boolean {
  if (!isObject(value) || String(value.action_id ?? '').length > 255) return false;
  if (value.type === 'button') return isPlain(value.text, 75) && isShort(value.value, 2_000);
  const { type, options, placeholder } = value;
  if (type !== 'static_select' || !isPlain(placeholder, 150) || !isList(options, 100)) return false;
  return options.every((each) => isObject(each) && isPlain(each.text, 75) && isShort(each.value, 150));
}

function isPlain(value: unknown, most: number): boolean {
  return isText(value, most) && isObject(value) && value.type === 'plain_text';
}

function isShort(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.length <= most;
}

function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + textLength(each), 0);
  if (!isObject(value)) return 0;
  const own = typeof value.text === 'string' ? value.text.length : textLength(value.text);
  return own + textLength(value.elements) + textLength(value.fields);
}

function metadataFault(metadata: unknown): string | undefined {
  if (!isObject(metadata) || !isObject(metadata.event_payload)) return 'invalid_metadata_format';
  if (typeof metadata.event_type !== 'string' || !/^[a-z0-9_]+$/.test(metadata.event_type))
    return 'invalid_metadata_format';
  return JSON.stringify(metadata).length > 16_000 ? 'metadata_too_large' : undefined;
}
