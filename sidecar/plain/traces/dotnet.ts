import { BLANK, indented, starts } from './shape.ts';
import { LOG, OUTSET, rule, type Rule } from './state.ts';

export const DOTNET: readonly Rule[] = [
  rule(OUTSET, starts('Unhandled exception. ', 'Unhandled Exception: '), 'exception'),
  rule([...LOG, 'exception', 'frames', 'dotnet', 'dotnet blank'], indented('---> '), 'dotnet'),
  rule(['frames', 'middle'], starts('--- End of '), 'frames'),
  rule(['dotnet'], starts('--- End of '), 'dotnet'),
  // An inner exception can end with an empty line; PostgreSQL's has one inside.
  rule(['dotnet'], BLANK, 'dotnet blank'),
  rule(['dotnet blank'], starts('DETAIL: '), 'dotnet'),
];
