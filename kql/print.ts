import type { Name, Node, Value } from './ast.ts';

/** Writes a query so that `parse` reads the same tree from it again, with no more parentheses than that takes. */
export function print(node: Node): string {
  switch (node.type) {
    case 'all':
      return '*';
    case 'or':
      return node.nodes.map((child) => inside(['or'], child)).join(' or ');
    case 'and':
      return node.nodes.map((child) => inside(['or', 'and'], child)).join(' and ');
    case 'not':
      return `not ${inside(['or', 'and', 'not'], node.node)}`;
    case 'exists':
      return `${printName(node.field)}: *`;
    case 'match':
      return node.field === undefined ? printValue(node.value) : `${printName(node.field)}: ${printValue(node.value)}`;
    case 'range':
  }
  return `${printName(node.field)} ${node.operator} ${printText(node.bound)}`;
}

const inside = (weaker: readonly Node['type'][], node: Node): string =>
  weaker.includes(node.type) ? `(${print(node)})` : print(node);

const printName = (name: Name): string => (name.type === 'name' ? printText(name.text) : printUnquoted(name.parts));

function printValue(value: Value): string {
  if (value.type === 'phrase') return quoted(value.text);
  return printUnquoted(value.type === 'wildcard' ? value.parts : [value.text]);
}

/** A name or a bound, for which quotes mean nothing: they are there only where there is nothing else. */
const printText = (text: string): string => (text === '' ? quoted(text) : printUnquoted([text]));

const CONTROLS: Readonly<Record<string, string>> = { '\t': String.raw`\t`, '\r': String.raw`\r`, '\n': String.raw`\n` };
const letters = (text: string): string => text.replaceAll(/[\t\r\n]/g, (char) => CONTROLS[char]!);
const hex = (text: string): string =>
  Array.from(text, (char) => String.raw`\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

const quoted = (text: string): string => `"${letters(text.replaceAll(/[\\"]/g, String.raw`\$&`))}"`;

function printUnquoted(parts: readonly string[]): string {
  // Plain `null` is refused by us, and is no text to Kibana.
  if (parts.length === 1 && parts[0] === 'null') return hex('n') + 'ull';
  return parts
    .map(escaped)
    .join('*')
    .replaceAll(/^\s+|\s+$/g, hex);
}

/** A word that is a keyword gets a backslash; but before `not` that would be a line feed to Kibana. */
const escaped = (text: string): string =>
  letters(
    text
      .replaceAll(/[\\():<>"*{}]/g, String.raw`\$&`)
      .replaceAll(/(?<!\S)(?=(?:and|or)(?!\S))/gi, '\\')
      .replaceAll(/(?<!\S)n(?=ot(?!\S))/gi, hex),
  );
