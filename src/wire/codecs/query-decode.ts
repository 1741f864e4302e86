import type { Member, Shape, StructureShape } from '../models/shape.ts';
import { checkDepth, type Path, setKey } from './problem.ts';
import { type FormNode, numbered } from './query-form.ts';
import { decodeText } from './text-values.ts';

/** The input of a query request from its form, by its shape. Unknown parameters are passed over. */
export function decodeFormStructure(
  shape: StructureShape,
  node: FormNode,
  path: Path,
): Record<string, unknown> {
  checkDepth(path);
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const child = node.children.get(member.wireName);
    if (child === undefined) continue;
    path.push(member.name);
    result[member.name] = decodeFormValue(member.shape, child, path, member);
    path.pop();
  }
  return result;
}

function decodeFormValue(shape: Shape, node: FormNode, path: Path, member?: Member): unknown {
  switch (shape.kind) {
    case 'structure':
      return decodeFormStructure(shape, node, path);
    case 'list': {
      const flat = shape.flattened || member?.flattened;
      // Clients write an empty list as `Name=`; some use `member` also where the model renames it.
      const holder = flat ? node : (node.children.get(shape.elementName) ?? node.children.get('member'));
      return numbered(holder).map((item, index) => {
        path.push(index);
        const value = decodeFormValue(shape.element, item, path);
        path.pop();
        return value;
      });
    }
    case 'map': {
      const flat = shape.flattened || member?.flattened;
      const result: Record<string, unknown> = {};
      for (const entry of numbered(flat ? node : node.children.get('entry'))) {
        const key = entry.children.get(shape.keyName)?.value ?? '';
        const value = entry.children.get(shape.valueName);
        if (value === undefined) continue;
        path.push(key);
        setKey(result, key, decodeFormValue(shape.value, value, path));
        path.pop();
      }
      return result;
    }
    default:
      return decodeText(shape, node.value ?? '', path);
  }
}
