// Levels of one letter (`LETTERS` of plain/readers.ts).

/** The number of the level that a letter in any case stands for (`LEVELS` of facts.ts), and one; 0 when it stands for none. */
export function letterLevel(byte: u32): u32 {
  switch (byte | 0x20) {
    // t, d, i, w, e, f, n
    case 0x74:
      return 1;
    case 0x64:
      return 2;
    case 0x69:
      return 3;
    case 0x77:
      return 11;
    case 0x65:
      return 5;
    case 0x66:
      return 6;
    case 0x6e:
      return 12;
    default:
      return 0;
  }
}
