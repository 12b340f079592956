import type { Send, Step } from './step.ts';

const heard = (what: Send['what']): Step => ({
  do: 'send',
  what,
  about: 'a',
  from: 'inbox-check',
  agoS: 0,
  test: false,
});

/** Stories that went wrong once, in words, as small as they were found. */
export const onceWrong: Record<string, Step[]> = {
  'a burst after a post without an answer makes of two looks one': [
    heard('bad'),
    { do: 'answer', at: 'chat', so: 'arrived' },
    { do: 'work', who: 'one' },
    heard('bad'),
    { do: 'work', who: 'one' },
    { do: 'snooze', about: 'a', forS: 20 },
  ],
  'a post that nobody recorded says another severity, and it is as before again': [
    heard('worse'),
    { do: 'doom', who: 'two', at: 'post', done: true },
    { do: 'route', who: 'one' },
    heard('bad'),
    { do: 'tell', who: 'one' },
    { do: 'work', who: 'two' },
    heard('worse'),
  ],
  'a post that came first is recorded last, and it is as that says again': [
    heard('worse'),
    { do: 'hold-up', who: 'two', at: 'record' },
    { do: 'hold-up', who: 'two', at: 'record' },
    { do: 'mood', at: 'chat', is: 'refused' },
    { do: 'work', who: 'two' },
    { do: 'pass', s: 16, deaf: false },
    heard('bad'),
    { do: 'work', who: 'one' },
    heard('worse'),
  ],
};
