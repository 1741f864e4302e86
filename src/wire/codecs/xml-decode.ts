import type { Member, Shape, StructureShape } from '../models/shape.ts';
import { checkDepth, type Path, setKey } from './problem.ts';
import { decodeText } from './text-values.ts';
import type { XmlElement } from './xml-parse.ts';

/** A value from its element, by its shape. Unknown elements are passed over. */
export function decodeXmlElement(shape: Shape, element: XmlElement, path: Path): unknown {
  switch (shape.kind) {
    case 'structure':
      return decodeXmlStructure(shape, element, path);
    case 'list':
      return decodeItems(
        shape.element,
        element.children.filter(({ name }) => name === shape.elementName),
        path,
      );
    case 'map':
      return decodeEntries(
        shape,
        element.children.filter(({ name }) => name === 'entry'),
        path,
      );
    default:
      return decodeText(shape, element.text, path);
  }
}

export function decodeXmlStructure(
  shape: StructureShape,
  element: XmlElement,
  path: Path,
): Record<string, unknown> {
  checkDepth(path);
  const children = Map.groupBy(element.children, ({ name }) => name);
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    if (member.location !== undefined) continue;
    path.push(member.name);
    const value = member.xmlAttribute
      ? decodeAttribute(member, element, path)
      : decodeMember(member, children.get(member.wireName), path);
    if (value !== undefined) result[member.name] = value;
    path.pop();
  }
  return result;
}

function decodeAttribute(member: Member, element: XmlElement, path: Path): unknown {
  const text = element.attributes.get(member.wireName);
  return text === undefined ? undefined : decodeText(member.shape, text, path);
}

function decodeMember(member: Member, elements: readonly XmlElement[] | undefined, path: Path): unknown {
  const first = elements?.[0];
  if (elements === undefined || first === undefined) return undefined;
  const { shape } = member;
  if (shape.kind === 'list' && (shape.flattened || member.flattened)) {
    return decodeItems(shape.element, elements, path);
  }
  if (shape.kind === 'map' && (shape.flattened || member.flattened))
    return decodeEntries(shape, elements, path);
  return decodeXmlElement(shape, first, path);
}

function decodeItems(shape: Shape, elements: readonly XmlElement[], path: Path): unknown[] {
  return elements.map((item, index) => {
    path.push(index);
    const value = decodeXmlElement(shape, item, path);
    path.pop();
    return value;
  });
}

function decodeEntries(
  shape: Extract<Shape, { kind: 'map' }>,
  entries: readonly XmlElement[],
  path: Path,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const entry of entries) {
    const key = entry.children.find(({ name }) => name === shape.keyName)?.text ?? '';
    const value = entry.children.find(({ name }) => name === shape.valueName);
    if (value === undefined) continue;
    path.push(key);
    setKey(result, key, decodeXmlElement(shape.value, value, path));
    path.pop();
  }
  return result;
}
