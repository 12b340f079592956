const filterRef = { $ref: '#/$defs/filter' };
const path = { type: 'string', pattern: '^\\w[\\w-]*(\\.\\w[\\w-]*)*$' };

/** The value elsewhere in the event. */
const elsewhere = {
  type: 'object',
  properties: { $ref: { description: 'The path of that value.', ...path, examples: ['threshold'] } },
  required: ['$ref'],
  additionalProperties: false,
};
const literalRef = { $ref: '#/$defs/filter/$defs/literal' };
/** What is compared as it stands: at no depth does it hold an operator. */
const literal = {
  type: ['string', 'number', 'boolean', 'array', 'object', 'null'],
  propertyNames: { pattern: '^(?!\\$)' },
  additionalProperties: literalRef,
  items: literalRef,
};
const known = { type: ['string', 'number', 'boolean', 'array', 'object'] };
const value = { anyOf: [{ ...known, ...literalRef }, elsewhere] };
const number = { anyOf: [{ type: 'number' }, elsewhere] };
const values = { anyOf: [{ type: 'array', minItems: 1, items: { ...known, ...literalRef } }, elsewhere] };
const filters = { type: 'array', minItems: 1, items: filterRef };
const text = { type: 'string', minLength: 1, maxLength: 1_000 };
const range = { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 };
/** What stands at a field, or is asked of an element: a plain value it equals, or a filter on it. */
const inner = { anyOf: [{ type: ['string', 'number', 'boolean'] }, filterRef] };

const bounds = {
  $eq: { description: 'Exactly so many.', type: 'number', examples: [0] },
  $lt: { description: 'Fewer than.', type: 'number', examples: [3] },
  $lte: { description: 'At most.', type: 'number', examples: [2] },
  $gt: { description: 'More than.', type: 'number', examples: [1] },
  $gte: { description: 'At least.', type: 'number', examples: [2] },
  $between: { description: 'From one to the other, both included.', ...range, examples: [[2, 4]] },
};

const count = {
  anyOf: [
    { type: 'number' },
    {
      type: 'object',
      properties: {
        where: {
          description: 'Which elements are counted. Left out: all.',
          ...inner,
          examples: [{ placement: 'spam' }],
        },
        ...bounds,
      },
      anyOf: Object.keys(bounds).map((name) => ({ required: [name] })),
      additionalProperties: false,
    },
  ],
};

/** What `compileFilter` knows, in its own words and its order. */
const operators = {
  $eq: { description: 'Equal, deeply.', ...value, examples: ['gmail', ['weekly', 'eu']] },
  $ne: { description: 'Not equal; in a list, no element is.', ...value, examples: ['pass'] },
  $lt: { description: 'Less than.', ...number, examples: [0.8, { $ref: 'threshold' }] },
  $lte: { description: 'At most.', ...number, examples: [0.8] },
  $gt: { description: 'More than.', ...number, examples: [0.05] },
  $gte: { description: 'At least.', ...number, examples: [0.85] },
  $between: { description: 'From one to the other, both included.', ...range, examples: [[0.5, 0.8]] },
  $in: { description: 'One of these.', ...values, examples: [['spam', 'missing']] },
  $nin: { description: 'None of these; in a list, no element is.', ...values, examples: [['inbox', 'promo']] },
  $exists: { description: 'Whether it is there, and not null.', type: 'boolean', examples: [true] },
  $glob: {
    description: 'The whole text is like this: * is anything, ? one character.',
    ...text,
    examples: ['*.example.com'],
  },
  $regex: {
    description: "Some part of the text matches this pattern, in RE2's syntax.",
    ...text,
    examples: ['^(news|mail)\\.'],
  },
  $ref: {
    description: 'Equal to what stands at this path of the event.',
    ...path,
    examples: ['threshold'],
  },
  $all: {
    description: 'Each element of the list; of none it is unknown.',
    ...inner,
    examples: [{ placement: 'inbox' }],
  },
  $none: { description: 'No element of the list; of none it is unknown.', ...inner, examples: ['internal'] },
  $any: { description: 'Some element of the list, as without it.', ...inner, examples: ['weekly'] },
  $count: {
    description: 'How many elements: {"where": filter, "$gte": 2}, or a number for exactly so many.',
    ...count,
    examples: [{ where: { placement: 'spam' }, $gte: 2 }, 0],
  },
  $and: { description: 'Every one of these matches.', ...filters, examples: [[{ $gte: 0.5 }, { $lt: 0.8 }]] },
  $or: {
    description: 'At least one of these matches.',
    ...filters,
    examples: [[{ grade: 'F' }, { score: { $lt: 50 } }]],
  },
  $not: {
    description: 'It does not match; what is unknown stays unknown.',
    ...filterRef,
    examples: [{ placement: 'inbox' }],
  },
};

/** A filter as a JSON Schema, for editors. */
export const filterJsonSchema = {
  type: 'object',
  description: 'Mirrors the event: fields with plain values or operators, such as {"inboxRate": {"$lt": 0.8}}.',
  $defs: { literal },
  minProperties: 1,
  properties: operators,
  patternProperties: {
    '^(?!\\$)[^.]*$': {
      description: 'A field of the event: a plain value it equals, or a filter on it.',
      ...inner,
      examples: ['test.completed', { $lt: 0.8 }],
    },
  },
  additionalProperties: false,
};
