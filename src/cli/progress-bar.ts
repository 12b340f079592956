const width = 30;

/** A bar on a terminal, drawn anew with each call; nothing where it is not one. `end` takes it away. */
export function progressBar(terminal: { isTTY?: boolean; write(text: string): unknown }) {
  return {
    show(share: number, words: string): void {
      if (!terminal.isTTY) return;
      const done = Math.round(share * width);
      const bar = `${'#'.repeat(done)}${'-'.repeat(width - done)}`;
      terminal.write(`\r[${bar}] ${String(Math.floor(share * 100)).padStart(3)} %  ${words}\x1b[K`);
    },
    end(): void {
      if (terminal.isTTY) terminal.write('\r\x1b[K');
    },
  };
}
