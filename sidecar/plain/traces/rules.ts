import { DOTNET } from './dotnet.ts';
import { GO } from './go.ts';
import { JAVA } from './java.ts';
import { NODE } from './node.ts';
import { PHP } from './php.ts';
import { PYTHON } from './python.ts';
import { RUBY } from './ruby.ts';
import { RUST } from './rust.ts';
import { BLANK, CLOSING, INDENTED, like } from './shape.ts';
import { STATES, rule, type Rule, type State } from './state.ts';

const PLAIN: readonly Rule[] = [
  rule(['begin'], BLANK, 'blank'),
  rule(
    ['begin'],
    like('{[', /^[{[] ?$/, (_, start, end) => end - start <= 2),
    'data',
  ),
  rule(['data'], CLOSING, 'end'),
  rule(['indented', 'middle'], CLOSING, 'indented'),
];

/** In these states no runtime indents the next line. In every other one an indented line continues the group. */
const LEFT_EDGE: readonly State[] = ['end', 'jul', 'node', 'node code', 'python blank', 'php blank'];
const INDENTATION: readonly Rule[] = [
  rule(['middle', 'text', 'blank', 'indented'], INDENTED, 'indented'),
  ...STATES.filter((state) => !LEFT_EDGE.includes(state)).map((state) => rule([state], INDENTED, state)),
];

/** Of the rules of a state the first that fits counts. */
export const RULES: readonly Rule[] = [PLAIN, JAVA, DOTNET, PYTHON, GO, NODE, RUBY, PHP, RUST, INDENTATION].flat();
