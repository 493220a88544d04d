/** How much of a long line is shown on each side of the place. */
const AROUND = 40;

/** Why a text is not understood, for the person who wrote it. `message` is one sentence; `rendering` also shows the place. */
export class KqlError extends Error {
  override readonly name = 'KqlError';
  /** What was read. */
  readonly text: string;
  /** Where in `text`, in UTF-16 units from 0; the length of `text` for its end. */
  readonly offset: number;

  constructor(message: string, text: string, offset: number) {
    super(message);
    this.text = text;
    this.offset = offset;
  }

  /** Three lines: the message, the line of the text with the place in it (shortened when it is long), and a caret below the place. */
  get rendering(): string {
    const { text, offset, message } = this;
    const start = Math.max(text.lastIndexOf('\n', offset - 1) + 1, offset - AROUND);
    const newline = text.indexOf('\n', offset);
    const end = Math.min(newline < 0 ? text.length : newline, offset + AROUND);
    const cut = (at: number) => (at > 0 && at < text.length && text[at] !== '\n' && text[at - 1] !== '\n' ? '…' : '');
    const before = cut(start) + blankControls(text.slice(start, offset));
    const after = blankControls(text.slice(offset, end)) + cut(end);
    // A code point takes one column, for most letters.
    return `${message}\n  ${before}${after}\n  ${' '.repeat(Array.from(before).length)}^`;
  }
}

/** A tab or a carriage return would move the caret away from its place. No literal: that loads tables of Unicode with this text. */
const blankControls = (text: string): string => text.replaceAll(new RegExp(String.raw`\p{Cc}`, 'gu'), ' ');
