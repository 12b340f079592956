import fc from 'fast-check';

/**
 * Every run tries the same: what turns a test red is a change, and never chance. `npm run explore` tries what no run
 * has tried before.
 */
fc.configureGlobal({ seed: Number(process.env.TOCSIN_SEED ?? '1') });
