import { Node, NodeKind } from 'assemblyscript';
import { Transform } from 'assemblyscript/transform';

/**
 * Lets the AssemblyScript compiler inline a function whose doc comment says @inline. Its own decorator, on a function, is no
 * TypeScript: linter and formatter would stop at it.
 */
export default class Inline extends Transform {
  afterParse(parser) {
    for (const { statements, text } of parser.sources) {
      for (const statement of statements) {
        if (statement.kind !== NodeKind.FunctionDeclaration) continue;
        const before = text.slice(0, statement.range.start).trimEnd();
        if (!before.endsWith('*/') || !before.slice(before.lastIndexOf('/**')).includes('@inline')) continue;
        const name = Node.createIdentifierExpression('inline', statement.range);
        (statement.decorators ??= []).push(Node.createDecorator(name, null, statement.range));
      }
    }
  }
}
