/** Longer words are cut, as Lucene cuts them. */
const MAX_LENGTH = 255;

// The classes of Unicode Standard Annex 29, table 3, by properties that JavaScript knows.
/** Extend, Format and ZWJ: they belong to what stands before them. */
const MARK = String.raw`[[\p{M}\p{Cf}\p{EMod}\uff9e\uff9f]--[\u200b]]`;
const DIGIT = String.raw`\p{Nd}`;
/** Each a word of its own. */
const SINGLE = String.raw`[\p{Ideographic}\p{sc=Han}\p{sc=Hiragana}]`;
const KATAKANA = String.raw`[\p{sc=Katakana}\u3031-\u3035\u309b\u309c\u30a0\u30fc\uff70]`;
/** Scripts that only a dictionary could part into words: all of a run is one. */
const UNPARTED = String.raw`[[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tai_Le}\p{sc=New_Tai_Lue}\p{sc=Tai_Tham}\p{sc=Tai_Viet}\p{sc=Ahom}]--[${DIGIT}\p{P}\p{S}]]`;
const LETTER = String.raw`[[\p{Alpha}]--[${SINGLE}${KATAKANA}${UNPARTED}${MARK}${DIGIT}]]`;
const JOINER = String.raw`[\p{Pc}\u202f]`;
const LETTERS = `(?:${LETTER}|${DIGIT}|${JOINER})${MARK}*`;
/** What does not end a word between two letters, or two digits. */
const POINT = String.raw`.'\u2018\u2019\u2024\ufe52\uff07\uff0e`;
const IN_LETTERS = String.raw`[${POINT}:\u00b7\u0387\u05f4\u2027\ufe13\ufe55\uff1a]`;
const IN_DIGITS = String.raw`[${POINT},;\u037e\u0589\u060c\u060d\u066c\u07f8\u2044\ufe10\ufe14\ufe50\ufe54\uff0c\uff1b]`;
const PICTOGRAM = String.raw`\p{ExtPict}\ufe0f?\p{EMod}?`;

/** The point comes before the look back, which else would be taken from every mark. */
const within = (char: string, point: string) => `${point}(?<=${char}${MARK}*${point})${MARK}*(?=${char})`;

/** What is made when it is needed first, and kept. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

// A pod whose policy asks for no words does without the tables of Unicode, which take a megabyte.
const token = once(
  () =>
    new RegExp(
      [
        String.raw`[0-9#*]\ufe0f?\u20e3`,
        String.raw`\p{RI}{2}`,
        String.raw`${PICTOGRAM}(?:\u200d${PICTOGRAM}){0,31}`,
        `${LETTERS}(?:${LETTERS}|${within(LETTER, IN_LETTERS)}|${within(DIGIT, IN_DIGITS)}){0,${MAX_LENGTH - 1}}`,
        `(?:${KATAKANA}${MARK}*){1,${MAX_LENGTH}}`,
        `${UNPARTED}{1,${MAX_LENGTH}}`,
        `${SINGLE}${MARK}*`,
      ].join('|'),
      'gv',
    ),
);

const joiners = once(() => new RegExp(`^${JOINER}(?:${JOINER}|${MARK})*$`, 'v'));

/**
 * The words of a full text, in lower case, as Elasticsearch's `standard` analyser finds them, which is what `text` and
 * `match_only_text` fields have: Lucene's StandardTokenizer by Unicode Standard Annex 29, then simple lower case. `user_id`,
 * `3.14`, `don't`, `10.0.0.1`, `cart.total` and `level:debug` are one word each, `GET /a-b` has three.
 *
 * It differs in rare scripts: quotes inside Hebrew words end them, and Katakana never joins with an underscore.
 */
export const tokensOf = (text: string): string[] =>
  (lowerCase(text).match(token()) ?? [])
    .filter((word) => !joiners().test(word))
    // Where a character is more than one unit, it may still be longer.
    .map((word) => word.slice(0, MAX_LENGTH));

/** Letter by letter, as Java does it: without JavaScript's final sigma and its dotted i of two characters. */
export const lowerCase = (text: string): string => text.replaceAll('İ', 'i').replaceAll('Σ', 'σ').toLowerCase();
