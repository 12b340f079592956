import { fittingKey } from '../telling/notification.ts';

const tests = 'test:';
const shadow = 'shadow:';
const asked = `${tests}asked:`;

/** Keys of their own for what lives apart from what is live: tests, and, apart from both again, what is in shadow. */
export const testKey = (key: string): string => fittingKey(tests + key);
export const shadowKey = (key: string): string => fittingKey(shadow + key);

export const isShadowKey = (key: string): boolean => key.startsWith(shadow);
export const isTestKey = (key: string): boolean => key.startsWith(tests) || key.startsWith(shadow + tests);

/** Of a test that a person asked for. */
export const askedTestKey = (about: string): string => asked + about;
export const isAskedTestKey = (key: string): boolean => key.startsWith(asked);
