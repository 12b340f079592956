/** The command was called in a way that cannot work; the message says how it can. */
export class Misuse extends Error {
  override name = 'Misuse';
}
