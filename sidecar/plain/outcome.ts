/** What becomes of a value that has a key of the table: it stays where it is. */
export const LEFT = 0;
/** It is in a field of its own, unchanged in meaning, and stands nowhere else. */
export const TAKEN = 1;
/** It is in a field of its own in another form, and stays where it is, too. */
export const COPIED = 2;
